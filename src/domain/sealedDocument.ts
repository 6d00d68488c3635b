import { addDays, localDateOf } from './calendar.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from './exportWindow.js';
import type { HoldScope, PlacedHold } from './legalHold.js';
import { ExportSeal, WindowSeal } from './seal.js';
import { SnapshotSeal } from './sync/snapshotSeal.js';

/** Local days of a dataset that a seal speaks of. */
export interface DaysSealed {
  readonly dataset: DatasetName;
  /** Null for those of a whole business unit. */
  readonly managementUnitId: string | null;
  /** Null where the seal's path alone is known. */
  readonly businessUnitId: string | null;
  readonly from: LocalDate;
  /** Exclusive. */
  readonly to: LocalDate;
}

/** What a seal speaks of and names. */
export interface SealedDocument {
  readonly kind: 'window' | 'snapshot' | 'export';
  readonly days: readonly DaysSealed[];
  /** Hashes of the landings that it names. */
  readonly landings: readonly string[];
}

const WINDOW_SEAL = /^seals\/export\/([a-z]+)\/([^/]+)\/(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})\/\d+\.json$/;
/** Seals that concern no days: rounds of the sync, and what custody says of itself. */
const OF_NO_DAYS = /^seals\/(rounds|holds|held|purges|purged|keys)\//;
const LONGEST_SNAPSHOT_MS = 8 * 7 * 86_400_000;

/** Days that a window's seal speaks of, from its path; null for other paths. */
export function daysOfSealPath(path: string): DaysSealed | null {
  const [, dataset, managementUnitId, from, to] = WINDOW_SEAL.exec(path) ?? [];
  if (!isDataset(dataset) || managementUnitId === undefined || from === undefined || to === undefined) return null;
  return { dataset, managementUnitId, businessUnitId: null, from, to };
}

/** Whether a seal's path leaves it open that it speaks of days: its content must be read then. */
export function mayConcern(path: string, scopes: readonly HoldScope[]): boolean {
  if (OF_NO_DAYS.test(path)) return false;
  const days = daysOfSealPath(path);
  return days === null || scopes.some((scope) => isInScope(scope, days));
}

/** What a seal speaks of, from its document; null where it speaks of no days. */
export function sealedDocument(document: unknown): SealedDocument | null {
  const kind = kindOf(document);
  switch (kind) {
    case 'window': {
      const seal = WindowSeal.safeParse(document).data;
      return seal ? { kind, days: [daysOfWindow(seal)], landings: hashes(seal.landings) } : null;
    }
    case 'export': {
      const seal = ExportSeal.safeParse(document).data;
      if (!seal) return null;
      const days = seal.windows.flatMap(({ windowId }) => daysOfSealPath(`seals/${windowId}/1.json`) ?? []);
      return { kind, days, landings: hashes(seal.structure) };
    }
    case 'snapshot': {
      const seal = SnapshotSeal.safeParse(document).data;
      return seal ? { kind, days: [daysOfSnapshot(seal)], landings: hashes(seal.landings) } : null;
    }
    default:
      return null;
  }
}

/** Whether a hold concerns some of the days. A snapshot of an unknown business unit counts as the unit's: rather one too many. */
export function isInScope(scope: HoldScope & Partial<Pick<PlacedHold, 'businessUnitId'>>, days: DaysSealed): boolean {
  if (scope.dataset !== null && scope.dataset !== days.dataset) return false;
  if (!(days.from < scope.to && scope.from < days.to)) return false;
  if (scope.managementUnitId === null || scope.managementUnitId === days.managementUnitId) return true;
  if (days.managementUnitId !== null) return false;
  const { businessUnitId = null } = scope;
  return businessUnitId === null || days.businessUnitId === null || businessUnitId === days.businessUnitId;
}

/** Whether a hold concerns what a seal speaks of. */
export function concerns(scope: HoldScope, sealed: SealedDocument): boolean {
  return sealed.days.some((days) => isInScope(scope, days));
}

function daysOfWindow({ dataset, managementUnitId, businessUnitId, from, to }: WindowSeal): DaysSealed {
  return { dataset, managementUnitId, businessUnitId, from, to };
}

/** The shifts of a snapshot: from its first interval to its last one. */
function daysOfSnapshot({ businessUnitId, timeZone, from, intervalMinutes, sites }: SnapshotSeal): DaysSealed {
  const fromMs = Date.parse(from);
  const counted = Math.max(...sites.map(({ agents }) => agents.length), 1) * intervalMinutes * 60_000;
  // Without a site nothing was counted, and the landings reach as far as a schedule can.
  const lastMs = fromMs + (sites.length === 0 ? LONGEST_SNAPSHOT_MS : counted) - 1;
  const dates = { from: dateOf(timeZone, fromMs), to: addDays(dateOf(timeZone, lastMs), 1) };
  return { dataset: 'schedules', managementUnitId: null, businessUnitId, ...dates };
}

function dateOf(timeZone: string, ms: number): LocalDate {
  return localDateOf(timeZone, new Date(ms).toISOString());
}

function hashes(landings: readonly { sha256: string }[]): string[] {
  return [...new Set(landings.map(({ sha256 }) => sha256))];
}

function isDataset(name: string | undefined): name is DatasetName {
  return (DATASET_NAMES as readonly (string | undefined)[]).includes(name);
}

function kindOf(document: unknown): unknown {
  return typeof document === 'object' && document !== null && 'kind' in document ? document.kind : undefined;
}
