import { addDays, localDays } from '../domain/calendar.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from '../domain/exportWindow.js';
import type { DayState, WindowSeal } from '../domain/seal.js';
import { daysApart, type FoundRows, type LoadOrder, type SealedNumbers, type TakenRows } from './dayComparison.js';
import type { Findings } from './findings.js';
import { byKey, KeyedRuns, type Scratch } from './keyedRuns.js';
import type { CoveredDay, VerifyFacts } from './verifyFacts.js';

/** Far more than any window has. */
const MAX_WINDOW_DAYS = 400;

/** States in which a day's rows are compared; `pending` and `failed` days must have none. */
const COMPARED: ReadonlySet<DayState> = new Set<DayState>(['loaded', 'empty', 'provisional']);

/** A covered day, by the seal that `coverage` names for it: dataset, unit, date. */
export type NamedDay = readonly [dataset: DatasetName, managementUnitId: string, localDate: LocalDate];

/**
 * Compares the days that seals speak of with the days and rows that the warehouse has.
 *
 * Fed seal by seal; what must be remembered of each is sorted by day on the disk, so that memory does not grow with their number.
 */
export class SealedDays {
  /** Days whose rows are compared, by the path of the seal that coverage names. */
  readonly namedBySeal: KeyedRuns<NamedDay>;
  private readonly covered: KeyedRuns<[at: number, state: DayState, windowId: string, seal: string | null]>;
  private readonly expected: KeyedRuns<SealedNumbers>;
  /** Days whose seal is missing or altered: reported as such already, they cannot be compared. */
  private readonly excused: KeyedRuns<[]>;
  private readonly asked: KeyedRuns<[entry: number, windowId: string]>;
  private readonly taken: KeyedRuns<TakenRows>;
  private readonly actual: KeyedRuns<FoundRows>;
  private count = 0;

  /** @param isCompared whether there is a warehouse to compare with; without one nothing is remembered. */
  constructor(
    scratch: Scratch,
    private readonly findings: Findings,
    private readonly isCompared: boolean,
  ) {
    this.namedBySeal = new KeyedRuns(scratch);
    this.covered = new KeyedRuns(scratch);
    this.expected = new KeyedRuns(scratch);
    this.excused = new KeyedRuns(scratch);
    this.asked = new KeyedRuns(scratch);
    this.taken = new KeyedRuns(scratch);
    this.actual = new KeyedRuns(scratch);
  }

  /** Takes a day of the warehouse's coverage. */
  cover({ dataset, managementUnitId, localDate, state, windowId, seal }: CoveredDay): void {
    this.covered.add(dayKey(dataset, managementUnitId, localDate), this.count++, state, windowId, seal);
    if (COMPARED.has(state) && seal !== null) this.namedBySeal.add(seal, dataset, managementUnitId, localDate);
  }

  /** Takes a sound seal's numbers. `entry` is the chain entry that binds it, `named` the days for which coverage names it. */
  add(path: string, seal: WindowSeal, entry: number, named: readonly NamedDay[]): void {
    this.checkWhole(path, seal);
    if (!this.isCompared) return;
    const order: LoadOrder = [seal.loadedAt, entry, seal.number];
    const { dataset, managementUnitId, windowId } = seal;
    for (const { localDate } of seal.days)
      this.asked.add(dayKey(dataset, managementUnitId, localDate), entry, windowId);
    for (const { managementUnitId: unit, localDate, table, rows, contents } of seal.taken) {
      this.taken.add(dayKey(dataset, unit, localDate), table, rows, contents ?? null, order);
    }
    const days = new Map(named.length === 0 ? [] : seal.days.map((day) => [day.localDate, day]));
    for (const [ofDataset, ofUnit, localDate] of named) {
      const day = ofDataset === dataset && ofUnit === managementUnitId ? days.get(localDate) : undefined;
      if (day !== undefined)
        this.expected.add(dayKey(dataset, managementUnitId, localDate), windowId, order, day.rows, day.contents ?? {});
    }
  }

  /** Notes that the seal of these days is missing or altered. */
  excuse(named: readonly NamedDay[]): void {
    for (const day of named) this.excused.add(dayKey(...day));
  }

  /** Reports everything that is wrong, once all seals were added. */
  async compare(facts: Pick<VerifyFacts, 'countRows'>): Promise<void> {
    for (const dataset of DATASET_NAMES) {
      for (const { table, managementUnitId, localDate, rows, contents } of await facts.countRows(dataset)) {
        this.actual.add(dayKey(dataset, managementUnitId, localDate), table, rows, contents ?? null);
      }
    }
    const sources = [this.covered, this.expected, this.excused, this.asked, this.taken, this.actual] as const;
    for (const { key, found } of byKey(...sources)) this.compareDay(key, found);
  }

  private compareDay(key: string, [covered, expected, excused, asked, taken, actual]: DayRecords): void {
    const [day, ...twice] = covered.sort(([a], [b]) => a - b);
    const [, state, windowId = null, seal = null] = day ?? [];
    for (const [, , other] of twice) this.findings.report('day-twice', other, key, windowId, other);
    if (day === undefined && asked.length > 0) {
      const [, lastAsked] = asked.reduce((last, each) => (each[0] >= last[0] ? each : last));
      this.findings.report('day-missing', lastAsked, key, 'covered', null);
    }
    const isComparedDay = state !== undefined && COMPARED.has(state);
    if (isComparedDay && expected.length === 0 && excused.length === 0) {
      this.findings.report('day-missing', windowId, key, seal ?? 'a seal', null);
    }
    const [sealed] = expected;
    // Said already, as the seal that is missing or does not speak of it; whether its rows are right cannot be known.
    if (sealed === undefined && isComparedDay && seal !== null) return;
    const unitAndDate = key.slice(key.indexOf('/') + 1);
    for (const { table, wanted, have } of daysApart(sealed, taken, actual)) {
      this.findings.report('rows-differ', sealed?.[0] ?? windowId, `${table}/${unitAndDate}`, wanted, have);
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

type DayRecords = [
  covered: [at: number, state: DayState, windowId: string, seal: string | null][],
  expected: SealedNumbers[],
  excused: [][],
  asked: [entry: number, windowId: string][],
  taken: TakenRows[],
  actual: FoundRows[],
];

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

function dayKey(dataset: string, managementUnitId: string, localDate: LocalDate): string {
  return `${dataset}/${managementUnitId}/${localDate}`;
}
