import { addDays, localDays } from '../domain/calendar.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from '../domain/exportWindow.js';
import type { WindowSeal } from '../domain/seal.js';
import type { Findings } from './findings.js';
import type { CoveredDay, VerifyFacts } from './verifyFacts.js';

/** Far more than any window has. */
const MAX_WINDOW_DAYS = 400;

/** States in which a day's rows are compared; `pending` and `failed` days must have none. */
const COMPARED = new Set(['loaded', 'empty', 'provisional']);

/**
 * When a seal's load happened among all others: by its instant, which a warehouse makes strictly increasing; then, for seals of
 * several warehouses, by entry of the chain and number. Entries alone would not do: of two exports, the one that loaded first may end last.
 */
interface LoadOrder {
  readonly entry: number;
  readonly loadedAt: string;
  readonly number: number;
}

interface ExpectedDay {
  readonly windowId: string;
  readonly order: LoadOrder;
  readonly rows: Map<string, number>;
}

interface Taken {
  readonly day: string;
  readonly table: string;
  readonly rows: number;
  readonly order: LoadOrder;
}

/**
 * Compares the days that seals speak of with the days and rows that the warehouse has.
 *
 * Fed seal by seal, so that it holds a few numbers a day and no seal: `coverage` names one seal a day, and only that one's numbers stay.
 */
export class SealedDays {
  private readonly covered = new Map<string, CoveredDay>();
  private readonly coveredBySeal = new Map<string, CoveredDay[]>();
  private readonly expected = new Map<string, ExpectedDay>();
  private readonly asked = new Map<string, string>();
  private readonly taken: Taken[] = [];
  private readonly unusable = new Set<string>();
  private readonly seen = new Set<string>();

  constructor(
    coverage: readonly CoveredDay[],
    private readonly findings: Findings,
  ) {
    for (const day of coverage) {
      const key = dayKey(day.dataset, day.managementUnitId, day.localDate);
      const other = this.covered.get(key);
      if (other !== undefined) {
        this.findings.report('day-twice', day.windowId, key, other.windowId, day.windowId);
        continue;
      }
      this.covered.set(key, day);
      if (!COMPARED.has(day.state) || day.seal === null) continue;
      const days = this.coveredBySeal.get(day.seal);
      if (days === undefined) this.coveredBySeal.set(day.seal, [day]);
      else days.push(day);
    }
  }

  /** Paths of seals that coverage names. */
  namedSeals(): string[] {
    return [...this.coveredBySeal.keys()].sort();
  }

  /** Notes that a seal is missing or altered: reported as such already, its days cannot be compared. */
  addUnusable(path: string): void {
    this.seen.add(path);
    this.unusable.add(path);
  }

  /** Takes a seal's numbers. `entry` is the chain entry that binds it. */
  add(path: string, seal: WindowSeal, entry: number): void {
    this.seen.add(path);
    const order: LoadOrder = { entry, loadedAt: seal.loadedAt, number: seal.number };
    this.checkWhole(path, seal);
    for (const day of seal.days) {
      this.asked.set(dayKey(seal.dataset, seal.managementUnitId, day.localDate), seal.windowId);
    }
    for (const { managementUnitId, localDate, table, rows } of seal.taken) {
      this.taken.push({ day: dayKey(seal.dataset, managementUnitId, localDate), table, rows, order });
    }
    const named = this.coveredBySeal.get(path);
    if (named === undefined) return;
    const days = new Map(seal.days.map((day) => [day.localDate, day]));
    for (const day of named) {
      const sealed = isOf(seal, day) ? days.get(day.localDate) : undefined;
      if (sealed === undefined) continue;
      const rows = new Map(Object.entries(sealed.rows));
      this.expected.set(keyOf(day), { windowId: seal.windowId, order, rows });
    }
  }

  /** Whether the chain reached this seal, sound or not. */
  has(path: string): boolean {
    return this.seen.has(path);
  }

  /** Reports everything that is wrong, once all seals were added. */
  async compare(facts: Pick<VerifyFacts, 'countRows'>): Promise<void> {
    for (const [key, windowId] of this.asked) {
      if (!this.covered.has(key)) this.findings.report('day-missing', windowId, key, 'covered', null);
    }
    for (const day of this.covered.values()) {
      if (!COMPARED.has(day.state) || this.expected.has(keyOf(day))) continue;
      if (day.seal !== null && (this.unusable.has(day.seal) || !this.seen.has(day.seal))) continue;
      this.findings.report('day-missing', day.windowId, keyOf(day), day.seal ?? 'a seal', null);
    }
    for (const { day, table, rows, order } of this.taken) {
      const from = this.expected.get(day);
      if (from !== undefined && isBefore(from.order, order)) from.rows.set(table, (from.rows.get(table) ?? 0) - rows);
    }
    for (const dataset of DATASET_NAMES) await this.compareRows(dataset, facts);
  }

  private async compareRows(dataset: DatasetName, facts: Pick<VerifyFacts, 'countRows'>): Promise<void> {
    const actual = new Map<string, Map<string, number>>();
    for (const { table, managementUnitId, localDate, rows } of await facts.countRows(dataset)) {
      const key = dayKey(dataset, managementUnitId, localDate);
      const tables = actual.get(key) ?? new Map<string, number>();
      tables.set(table, (tables.get(table) ?? 0) + rows);
      actual.set(key, tables);
    }
    const none = new Map<string, number>();
    for (const [key, expected] of this.expected) {
      if (!key.startsWith(`${dataset}/`)) continue;
      this.compareDay(key, expected.windowId, expected.rows, actual.get(key) ?? none);
    }
    for (const [key, tables] of actual) {
      if (this.expected.has(key)) continue;
      const day = this.covered.get(key);
      // Said already, as the seal that is missing or unbound; whether its rows are right cannot be known.
      if (day?.seal != null && COMPARED.has(day.state)) continue;
      this.compareDay(key, day?.windowId ?? null, none, tables);
    }
  }

  private compareDay(
    key: string,
    windowId: string | null,
    expected: ReadonlyMap<string, number>,
    actual: ReadonlyMap<string, number>,
  ): void {
    const unitAndDate = key.slice(key.indexOf('/') + 1);
    for (const table of new Set([...expected.keys(), ...actual.keys()])) {
      const [wanted, have] = [expected.get(table) ?? 0, actual.get(table) ?? 0];
      if (wanted !== have) this.findings.report('rows-differ', windowId, `${table}/${unitAndDate}`, wanted, have);
    }
  }

  /** A seal speaks of every local day of its window, once. */
  private checkWhole(path: string, seal: WindowSeal): void {
    const dates = new Set<LocalDate>();
    for (const { localDate } of seal.days) {
      if (dates.has(localDate)) this.findings.report('day-twice', seal.windowId, `${path}#${localDate}`, 1, 2);
      dates.add(localDate);
    }
    for (const date of missingDates(seal, dates)) {
      const key = dayKey(seal.dataset, seal.managementUnitId, date);
      this.findings.report('day-missing', seal.windowId, key, path, null);
    }
  }
}

/**
 * Local days of a window that its seal does not speak of.
 *
 * The zone is asked only where a calendar date is absent (a zone can skip one), because asking costs more than hashing the seal.
 */
function missingDates(seal: WindowSeal, dates: ReadonlySet<LocalDate>): LocalDate[] {
  try {
    let date = seal.from;
    for (let days = 0; date < seal.to && dates.has(date) && days < MAX_WINDOW_DAYS; days++) date = addDays(date, 1);
    if (date === seal.to) return [];
    return localDays(seal.timeZone, seal.from, seal.to)
      .map((day) => day.localDate)
      .filter((day) => !dates.has(day));
  } catch {
    // Dates or a zone that do not exist: only a seal of our own making could have them, and its hash is right.
    return [];
  }
}

function isOf(seal: WindowSeal, day: CoveredDay): boolean {
  return seal.dataset === day.dataset && seal.managementUnitId === day.managementUnitId;
}

function isBefore(a: LoadOrder, b: LoadOrder): boolean {
  const [at, bt] = [Date.parse(a.loadedAt), Date.parse(b.loadedAt)];
  if (at !== bt) return at < bt;
  return a.entry !== b.entry ? a.entry < b.entry : a.number < b.number;
}

function keyOf(day: CoveredDay): string {
  return dayKey(day.dataset, day.managementUnitId, day.localDate);
}

function dayKey(dataset: string, managementUnitId: string, localDate: LocalDate): string {
  return `${dataset}/${managementUnitId}/${localDate}`;
}
