import { type Gap, GAPS_IN_RESULT } from './gap.js';

/**
 * Gaps in one order, whatever order they were met in, as few as say the same.
 *
 * Ranges that meet or overlap become one where dataset, unit, reason and message are equal; so a message that names the day
 * keeps the days apart. Sorted by dataset, unit, first day, reason, message, last day.
 */
export function mergeGaps(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const gap of gaps.toSorted(bySubjectThenDay)) {
    const last = merged.at(-1);
    if (last && subjectOf(last) === subjectOf(gap) && gap.from <= last.to) {
      merged[merged.length - 1] = { ...last, to: gap.to > last.to ? gap.to : last.to };
    } else {
      merged.push(gap);
    }
  }
  return merged.toSorted(byDayThenSubject);
}

/** The first gaps of a merged list, as many as a result shows. */
export function firstGaps(merged: readonly Gap[], limit: number = GAPS_IN_RESULT): Gap[] {
  return merged.slice(0, limit);
}

function subjectOf(gap: Gap): string {
  return JSON.stringify([gap.dataset, gap.managementUnitId, gap.reason, gap.message]);
}

function bySubjectThenDay(a: Gap, b: Gap): number {
  return compareInTurn([subjectOf(a), a.from, a.to], [subjectOf(b), b.from, b.to]);
}

function byDayThenSubject(a: Gap, b: Gap): number {
  return compareInTurn(
    [a.dataset, a.managementUnitId, a.from, a.reason, a.message, a.to],
    [b.dataset, b.managementUnitId, b.from, b.reason, b.message, b.to],
  );
}

/** By code units: the same on every machine, whatever its locale. */
function compareInTurn(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at === -1) return 0;
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}
