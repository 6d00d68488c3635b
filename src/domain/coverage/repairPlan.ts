import { addDays } from '../calendar.js';
import type { DatasetName, LocalDate } from '../exportWindow.js';
import type { Reload } from '../historyExportInput.js';
import { lastCompleteDay } from '../provisional.js';
import type { CoverageFacts } from './coverageFacts.js';
import type { CoverageFinding } from './coverageFinding.js';
import { zoneOf } from './expectedDays.js';
import { groupedBy } from './groupedBy.js';

/** An export that a repair starts: it loads days that are at fault, and no others. */
export interface RepairExport {
  readonly datasets: readonly DatasetName[];
  readonly managementUnits: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly reload: Reload & ('missing' | 'all');
  /** With actual activities, where the unit's days have them. */
  readonly actuals: boolean;
  /** Days that it loads, of all its datasets and units. */
  readonly days: number;
}

/** What a repair does about findings. */
export interface RepairPlan {
  readonly exports: readonly RepairExport[];
  /** Findings that no export mends, and why. */
  readonly beyond: readonly { readonly finding: CoverageFinding; readonly why: string }[];
}

/** The same days of one dataset of some units, brought in the same way. */
interface Stretch {
  readonly datasets: readonly DatasetName[];
  readonly units: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly reload: 'missing' | 'all';
  readonly actuals: boolean;
}

/**
 * The exports that load exactly the days at fault, as few as can be.
 *
 * Days without an answer are brought by exports of what is missing, which leave answered days between them alone; days that have an
 * answer are read again by themselves. Stretches are put together while the export of all of them would load nothing else.
 *
 * @param nowIso days of which some are not over may not be asked for.
 */
export function repairPlan(findings: readonly CoverageFinding[], facts: CoverageFacts, nowIso: string): RepairPlan {
  const overBefore = new Map(
    facts.units.map((unit) => [unit.id, addDays(lastCompleteDay(nowIso, zoneOf(unit)), 1)] as const),
  );
  const beyond = findings.flatMap((finding) => {
    const why = whyBeyond(finding, overBefore.get(finding.managementUnitId) ?? null);
    return why === null ? [] : [{ finding, why }];
  });
  const left = new Set(beyond.map(({ finding }) => finding));
  const wanted = new WantedDays(facts, overBefore);
  const stretches = findings.filter((finding) => !left.has(finding)).map((finding) => wanted.stretchOf(finding));
  const exports: Stretch[] = [];
  for (const stretch of stretches.toSorted(inOrder)) {
    let current = stretch;
    // What could not be joined before may be now that it is larger.
    for (let at = 0; at < exports.length; at++) {
      const joined = wanted.together(exports[at] ?? current, current);
      if (joined === null) continue;
      exports.splice(at, 1);
      current = joined;
      at = -1;
    }
    exports.push(current);
  }
  return { exports: exports.toSorted(inOrder).map((one) => wanted.exportOf(one)), beyond };
}

/** Why no export of ours mends it; null where one may. */
function whyBeyond(
  { cause, managementUnitId, unit, from, to }: CoverageFinding,
  overBefore: LocalDate | null,
): string | null {
  if (overBefore === null)
    return `the warehouse knows no unit ${managementUnitId}: if it is closed, name it under coverage.closedUnits`;
  if (cause === 'shrunk')
    return `Genesys has fewer than the warehouse, which an export does not take by itself; if Genesys is right: rosterline export start --from ${from} --to ${to} --unit '${unit}' --reload force`;
  return to > overBefore ? `${addDays(to, -1)} is not over yet in the zone of the unit` : null;
}

/** How a finding's days are brought. */
function reloadOf({ cause }: CoverageFinding): 'missing' | 'all' {
  return cause === 'abandoned' || cause === 'failed' || cause === 'neverAsked' ? 'missing' : 'all';
}

/** Which days are to be brought, by which stretch, and what an export would bring. */
class WantedDays {
  /** The stretch that a day belongs to: an export must have all of a stretch or nothing, or days would be loaded twice. */
  readonly #owners = new Map<string, Stretch>();
  readonly #answered: ReadonlySet<string>;
  readonly #withActuals: ReadonlySet<string>;
  readonly #overBefore: ReadonlyMap<string, LocalDate>;

  constructor(facts: CoverageFacts, overBefore: ReadonlyMap<string, LocalDate>) {
    this.#answered = new Set(
      facts.days
        .filter(({ state }) => state !== 'pending' && state !== 'failed')
        .map(({ dataset, managementUnitId, localDate }) => keyOf(dataset, managementUnitId, localDate)),
    );
    const byUnit = groupedBy(facts.counted, ({ managementUnitId }) => managementUnitId);
    this.#withActuals = new Set(
      [...byUnit].filter(([, days]) => days.some(({ rows }) => (rows['adherence_actual'] ?? 0) > 0)).map(([id]) => id),
    );
    this.#overBefore = overBefore;
  }

  /** The days of a finding, which are wanted from now on. */
  stretchOf(finding: CoverageFinding): Stretch {
    const { dataset, managementUnitId, from, to } = finding;
    const actuals = dataset === 'adherence' && this.#withActuals.has(managementUnitId);
    const stretch = { datasets: [dataset], units: [managementUnitId], from, to, reload: reloadOf(finding), actuals };
    for (const key of this.#keys(stretch)) this.#owners.set(key, stretch);
    return stretch;
  }

  /** Both as one, where an export of it would load their days alone; else null. */
  together(a: Stretch, b: Stretch): Stretch | null {
    if (a.reload !== b.reload) return null;
    // Answered days between two stretches would be read again too.
    if (a.reload === 'all' && (a.from > b.to || b.from > a.to)) return null;
    const isAdherence = (one: Stretch) => one.datasets.includes('adherence');
    if (isAdherence(a) && isAdherence(b) && a.actuals !== b.actuals) return null;
    const both = {
      datasets: [...new Set([...a.datasets, ...b.datasets])],
      units: [...new Set([...a.units, ...b.units])],
      from: a.from < b.from ? a.from : b.from,
      to: a.to > b.to ? a.to : b.to,
      reload: a.reload,
      actuals: a.actuals || b.actuals,
    };
    if (both.units.some((unit) => (this.#overBefore.get(unit) ?? both.to) < both.to)) return null;
    const own: string[] = [];
    for (const key of this.#loadedBy(both)) {
      const owner = this.#owners.get(key);
      if (owner !== a && owner !== b) return null;
      own.push(key);
    }
    for (const key of own) this.#owners.set(key, both);
    return both;
  }

  exportOf(stretch: Stretch): RepairExport {
    const { units, ...rest } = stretch;
    return { ...rest, managementUnits: units, days: [...this.#loadedBy(stretch)].length };
  }

  *#loadedBy(stretch: Stretch): Generator<string> {
    for (const key of this.#keys(stretch)) if (stretch.reload === 'all' || !this.#answered.has(key)) yield key;
  }

  /** One after another, because most stretches that are not to be joined show it soon. */
  *#keys({ datasets, units, from, to }: Stretch): Generator<string> {
    for (const dataset of datasets)
      for (const unit of units)
        for (let date = from; date < to; date = addDays(date, 1)) yield keyOf(dataset, unit, date);
  }
}

function keyOf(dataset: DatasetName, managementUnitId: string, localDate: LocalDate): string {
  return `${dataset} ${managementUnitId} ${localDate}`;
}

/** Those that are to become one meet early: the same days of several units first, then the days after them. */
function inOrder(a: Stretch, b: Stretch): number {
  const text = ({ reload, from, to, datasets, units }: Stretch) =>
    [reload, from, to, datasets.join(), units.join()].join(' ');
  return text(a) < text(b) ? -1 : 1;
}
