import { createHash } from 'node:crypto';
import { canonicalText } from '../domain/canonicalText.js';
import { type LocalDate, windowId } from '../domain/exportWindow.js';
import type { TableChanges } from '../domain/rowChanges.js';
import { type SealedDay, WindowSeal } from '../domain/seal.js';
import type { DecidedDay } from './decideDays.js';
import type { StagedTable } from './staging/stageWindow.js';
import type { CoverageDay, LoadedWindow, WindowLoad } from './warehouse.js';

/** What a load found out while it wrote. */
export interface LoadOutcome {
  readonly number: number;
  readonly loadedAt: string;
  /** What became of rows, by table that was asked for. */
  readonly changes: TableChanges;
  readonly taken: WindowSeal['taken'];
  readonly supersedes: NonNullable<WindowSeal['supersedes']>;
  /** What the warehouse has for each day after the load, by table. */
  readonly contents: ReadonlyMap<LocalDate, Record<string, string>>;
}

/** A seal with its canonical text, as the load's transaction keeps it until the object store has it. */
export interface WrittenSeal extends LoadedWindow {
  readonly text: string;
}

/** A seal as the load's transaction writes it; `windowId` and `number` are null for an export's own. */
export interface NewSeal {
  readonly path: string;
  readonly sha256: string;
  readonly content: string;
  readonly windowId: string | null;
  readonly number: number | null;
}

/** Where a window's seal of this number is kept in the object store. */
export function sealPathOf(load: WindowLoad, number: number): string {
  return `seals/${windowId(load.window)}/${number}.json`;
}

/** The manifest of a load. */
export function writtenSeal(
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  outcome: LoadOutcome,
): WrittenSeal {
  const seal = sealOf(load, staged, decided, outcome);
  const text = canonicalText(seal);
  const sealSha256 = createHash('sha256').update(text).digest('hex');
  return { seal, text, sealPath: sealPathOf(load, outcome.number), sealSha256 };
}

/**
 * The same load, when it was committed and the caller never heard of it: killed in between, it comes again with the same landings.
 * Once its seal is in the object store, a load is a new one with a seal of its own.
 *
 * @param waiting the newest seal of the window whose text waits to be written.
 */
export function sameLoad(
  waiting: { path: string; sha256: string; content: string } | null,
  load: WindowLoad,
): LoadedWindow | null {
  if (!waiting) return null;
  const seal = WindowSeal.parse(JSON.parse(waiting.content));
  const facts = ({ requestedAt, requests, landings }: Pick<WindowSeal, 'requestedAt' | 'requests' | 'landings'>) =>
    canonicalText({ requestedAt, requests, landings });
  const { requests, landings } = load.seal;
  const asked = facts({ requestedAt: load.requestedAt, requests: [...requests], landings: [...landings] });
  return facts(seal) === asked ? { seal, sealPath: waiting.path, sealSha256: waiting.sha256 } : null;
}

/**
 * The day's line in coverage after the load.
 *
 * `seal` is "the seal whose load the day last passed, changed rows or not": a load that replaced the day's rows, by the same rows even,
 * was passed; one that was held back (`Shrunk`, `Older`) or did not reach the day (`NotCovered`) was not, and the rows that stand are
 * still those of the earlier seal, which is the one that `verify` must compare them with.
 */
export function coverageAfter(load: WindowLoad, day: DecidedDay, sealPath: string): CoverageDay {
  const { dataset, managementUnitId } = load.window;
  const kept = day.action === 'keep';
  return {
    dataset,
    managementUnitId,
    localDate: day.localDate,
    state: day.state,
    windowId: (kept && day.before?.seal ? day.before.windowId : null) ?? windowId(load.window),
    seal: kept ? (day.before?.seal ?? null) : sealPath,
    rows: sum(rowsAfter(day)),
    requestedAt: day.requestedAt,
    reason: day.reason,
  };
}

/** Contents of days by date and table; a day without rows has none. */
export function contentsByDate(
  found: readonly { readonly table: string; readonly localDate: LocalDate; readonly contents: string }[],
): Map<LocalDate, Record<string, string>> {
  const days = new Map<LocalDate, Record<string, string>>();
  for (const { table, localDate, contents } of found)
    days.set(localDate, { ...days.get(localDate), [table]: contents });
  return days;
}

/** An instant after the last load's, so that `loadedAt` orders loads as they were committed, whatever the clock does. */
export function loadedAfter(wished: string, last: string | null): string {
  const lastMs = last === null ? Number.NEGATIVE_INFINITY : Date.parse(last);
  return new Date(Math.max(Date.parse(wished), lastMs + 1)).toISOString();
}

function sealOf(
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  { supersedes, contents, ...outcome }: LoadOutcome,
): WindowSeal {
  const { window, seal } = load;
  const { dataset, managementUnitId, businessUnitId, timeZone, from, to, startAt, endAt } = window;
  return {
    v: 1,
    kind: 'window',
    windowId: windowId(window),
    organisationId: seal.organisationId,
    dataset,
    managementUnitId,
    businessUnitId,
    timeZone,
    timeZoneDatabase: seal.timeZoneDatabase,
    from,
    to,
    startAt,
    endAt,
    settings: seal.settings,
    requestedAt: load.requestedAt,
    requests: [...seal.requests],
    landings: [...seal.landings],
    rows: loadedRows(staged, decided),
    days: decided.map((day) => sealedDay(day, contents.get(day.localDate))),
    leftInLanding: leftInLanding(staged, decided),
    refusedUserIds: [...seal.refusedUserIds],
    ...outcome,
    ...(supersedes.length > 0 ? { supersedes } : {}),
  };
}

/** Rows of the answer that the warehouse has through this load, by table. */
function loadedRows(staged: readonly StagedTable[], decided: readonly DecidedDay[]): Record<string, number> {
  const written = decided.filter((day) => day.action === 'replace');
  return Object.fromEntries(
    staged.map(({ load }) => [
      load.table,
      written.reduce((sum, day) => sum + (day.staged.rows.get(load.table) ?? 0), 0),
    ]),
  );
}

/** `rows` and `agents` are what the warehouse has for the day after this load, kept or written: what `verify` recounts. */
function sealedDay(day: DecidedDay, contents: Record<string, string> | undefined): SealedDay {
  return {
    localDate: day.localDate,
    // The day's line in coverage keeps an earlier answer's state; this load did not answer for the day.
    state: day.reason === 'NotCovered' ? 'failed' : day.state,
    rows: Object.fromEntries(rowsAfter(day)),
    agents: day.action === 'replace' ? day.replaced.agents : day.existing.agents,
    kept: day.kept,
    reason: day.reason,
    ...(contents === undefined ? {} : { contents }),
  };
}

function leftInLanding(staged: readonly StagedTable[], decided: readonly DecidedDay[]): Record<string, number> {
  const left = new Map<string, number>();
  const add = (why: string, rows: number) => {
    if (rows > 0) left.set(why, (left.get(why) ?? 0) + rows);
  };
  for (const table of staged) for (const [why, rows] of table.left) add(why, rows);
  for (const day of decided) {
    if (day.action === 'keep') add(day.kept ?? 'NotCovered', sum(day.staged.rows));
  }
  return Object.fromEntries([...left].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Rows that the warehouse has for the day after the load, by table: tables that were not asked for keep what they had. */
function rowsAfter(day: DecidedDay): Map<string, number> {
  if (day.action === 'keep') return new Map(day.existing.rows);
  return new Map([...day.existing.rows, ...day.replaced.rows]);
}

function sum(rows: ReadonlyMap<string, number>): number {
  return [...rows.values()].reduce((total, value) => total + value, 0);
}
