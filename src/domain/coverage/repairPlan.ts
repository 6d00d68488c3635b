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

/** Days that one export brings: all of `datasets` × `units` between `from` and `to` that it finds to be loaded. */
interface Stretch {
  readonly datasets: readonly DatasetName[];
  readonly units: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly reload: 'missing' | 'all';
  readonly actuals: boolean;
  readonly days: number;
  /** How far it may be widened and still load nothing else. */
  readonly widest: { readonly from: LocalDate; readonly to: LocalDate };
}

/**
 * The exports that load exactly the days at fault, few of them.
 *
 * Days without an answer are brought by exports of what is missing, which leave answered days alone: so those of several units and
 * datasets are brought by one, as long as every other day between is there. Days that have an answer are read again by themselves, and
 * together only where they are the same days.
 *
 * @param nowIso days that are not over by then may not be asked for.
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
  const mendable = findings.filter((finding) => !left.has(finding));
  const withActuals = unitsWithActuals(facts);
  const answered = answeredDays(facts);
  const stretches = [...groupedBy(mendable, pairOf)].flatMap(([pair, of]) => {
    const [first] = of;
    if (!first) return [];
    const there = answered.get(pair) ?? new Set();
    const actuals = first.dataset === 'adherence' && withActuals.has(first.managementUnitId);
    const over = overBefore.get(first.managementUnitId) ?? first.to;
    return [...stretchesToBring(of, there, over), ...stretchesToReadAgain(of)].map(
      (stretch): Stretch => ({
        ...stretch,
        datasets: [first.dataset],
        units: [first.managementUnitId],
        actuals,
      }),
    );
  });
  const ofUnits = joined(stretches, (a, b) => a.datasets[0] === b.datasets[0] && a.actuals === b.actuals);
  const ofAll = joined(ofUnits, (a, b) => a.datasets[0] !== b.datasets[0] && a.units.join() === b.units.join());
  return { exports: ofAll.toSorted(inOrder).map(exportOf), beyond };
}

type Days = Pick<Stretch, 'from' | 'to' | 'reload' | 'days' | 'widest'>;

/** Days without an answer, from one to the last before which all days between are there. */
function stretchesToBring(
  findings: readonly CoverageFinding[],
  there: ReadonlySet<LocalDate>,
  over: LocalDate,
): Days[] {
  const stretches: Days[] = [];
  for (const { from, to, days } of findings.filter((finding) => reloadOf(finding) === 'missing').toSorted(byDay)) {
    const last = stretches.at(-1);
    if (last && isThere(there, last.to, from))
      stretches[stretches.length - 1] = { ...last, to, days: last.days + days };
    else stretches.push({ from, to, days, reload: 'missing', widest: { from, to } });
  }
  return stretches.map((stretch) => ({ ...stretch, widest: widened(stretch, there, over) }));
}

/** Days with an answer, as many as follow on each other. */
function stretchesToReadAgain(findings: readonly CoverageFinding[]): Days[] {
  const stretches: Days[] = [];
  for (const { from, to, days } of findings.filter((finding) => reloadOf(finding) === 'all').toSorted(byDay)) {
    const last = stretches.at(-1);
    const begun = last?.to === from ? stretches.pop() : undefined;
    const whole = { from: begun?.from ?? from, to };
    stretches.push({ ...whole, days: (begun?.days ?? 0) + days, reload: 'all', widest: whole });
  }
  return stretches;
}

/** As far as every day is there, and over. */
function widened({ from, to }: Days, there: ReadonlySet<LocalDate>, over: LocalDate): Days['widest'] {
  let [first, end] = [from, to];
  while (there.has(addDays(first, -1))) first = addDays(first, -1);
  while (there.has(end) && end < over) end = addDays(end, 1);
  return { from: first, to: end };
}

/** Joins stretches that may be joined, each with the first that it fits. */
function joined(stretches: readonly Stretch[], may: (a: Stretch, b: Stretch) => boolean): Stretch[] {
  const groups: Stretch[] = [];
  for (const stretch of stretches.toSorted(inOrder)) {
    const at = groups.findIndex((group) => may(group, stretch) && fits(group, stretch));
    const group = groups[at];
    if (group) groups[at] = together(group, stretch);
    else groups.push(stretch);
  }
  return groups;
}

function fits(a: Stretch, b: Stretch): boolean {
  const { from, to, widest } = together(a, b);
  return a.reload === b.reload && widest.from <= from && to <= widest.to;
}

function together(a: Stretch, b: Stretch): Stretch {
  return {
    datasets: [...new Set([...a.datasets, ...b.datasets])],
    units: [...new Set([...a.units, ...b.units])].sort(),
    from: a.from < b.from ? a.from : b.from,
    to: a.to > b.to ? a.to : b.to,
    reload: a.reload,
    actuals: a.actuals || b.actuals,
    days: a.days + b.days,
    widest: {
      from: a.widest.from > b.widest.from ? a.widest.from : b.widest.from,
      to: a.widest.to < b.widest.to ? a.widest.to : b.widest.to,
    },
  };
}

function exportOf({ datasets, units, from, to, reload, actuals, days }: Stretch): RepairExport {
  return { datasets, managementUnits: units, from, to, reload, actuals, days };
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

function answeredDays({ days }: CoverageFacts): Map<string, Set<LocalDate>> {
  const answered = days.filter(({ state }) => state !== 'pending' && state !== 'failed');
  return new Map(
    [...groupedBy(answered, pairOf)].map(([pair, of]) => [pair, new Set(of.map(({ localDate }) => localDate))]),
  );
}

function unitsWithActuals({ counted }: CoverageFacts): Set<string> {
  const withActuals = counted.filter(({ rows }) => (rows['adherence_actual'] ?? 0) > 0);
  return new Set(withActuals.map(({ managementUnitId }) => managementUnitId));
}

function isThere(there: ReadonlySet<LocalDate>, from: LocalDate, to: LocalDate): boolean {
  for (let date = from; date < to; date = addDays(date, 1)) if (!there.has(date)) return false;
  return true;
}

function pairOf({ dataset, managementUnitId }: { dataset: DatasetName; managementUnitId: string }): string {
  return `${dataset} ${managementUnitId}`;
}

function byDay(a: CoverageFinding, b: CoverageFinding): number {
  return a.from < b.from ? -1 : 1;
}

/** The same days first, so that they meet; then in one order on every machine. */
function inOrder(a: Stretch, b: Stretch): number {
  const text = ({ reload, from, to, datasets, units }: Stretch) =>
    [reload, from, to, datasets.join(), units.join()].join(' ');
  return text(a) < text(b) ? -1 : 1;
}
