import type { GateName } from '../family.js';
import { LIMIT_HEADINGS, limitCells, windowText } from './limitsCells.js';
import type { LimitsRow, LimitsTable } from './limitsTable.js';
import { formatRate } from './rate.js';

/** Longest cell, reason and note. With all rows and notes at their longest, the text stays under the 20 kB of the Temporal UI's panel. */
const CELL_LENGTH = 60;
const WHY_LENGTH = 240;
const NOTES = 6;

/**
 * The limits as markdown, for the details panel of the Temporal UI: at most 20 kB, whatever Genesys said.
 *
 * Text from outside stands in code spans, so that it cannot be markup.
 *
 * @param nowIso when it is shown: instants of that day are shown without their date.
 */
export function describeLimits(table: LimitsTable, nowIso: string): string {
  if (isNothingKnown(table)) return 'Nothing is known yet: no call was made or refused, and no limit is set.';
  return [
    `| ${LIMIT_HEADINGS.join(' | ')} |`,
    `|${LIMIT_HEADINGS.map(() => '---').join('|')}|`,
    ...table.families.map((row) => `| ${cellsOf(row, nowIso).join(' | ')} |`),
    '',
    ...reasons(table).map(({ families, why }) => `- ${families.join(', ')}: ${inCode(why, WHY_LENGTH)}`),
    ...table.notes.slice(0, NOTES).map((note) => `- ${inCode(note, WHY_LENGTH)}`),
    '',
    'Refused: in the last hour. Instants are UTC. `rosterline limits set FAMILY RATE` sets a limit, `limits forget FAMILY` drops it.',
  ].join('\n');
}

/** Whether no family has been called, refused, documented or set a limit: then there is nothing to show but that. */
export function isNothingKnown({ families }: LimitsTable): boolean {
  return families.every(
    ({ documented, learnt, set, usedNow, counters, gateUntil, refusedLastHour }) =>
      documented.length + usedNow.callsLastMinute + usedNow.jobsInFlight + refusedLastHour === 0 &&
      [learnt, set, counters, gateUntil].every((known) => known === null),
  );
}

/** Why families are bounded as they are, each reason once with the families that it holds for. */
export function reasons(table: LimitsTable): { families: GateName[]; why: string }[] {
  const byReason = new Map<string, GateName[]>();
  for (const row of table.families) {
    const why = reasonOf(row);
    byReason.set(why, [...(byReason.get(why) ?? []), row.family]);
  }
  return [...byReason].map(([why, families]) => ({ families, why }));
}

/** Why the family is bounded as it is, and over which window it was learnt. */
function reasonOf({ why, learnt, set }: LimitsRow): string {
  if (!learnt?.windowMs && !(set && learnt?.ratePerSecond)) return why;
  const rate = learnt.ratePerSecond ? `learnt: ${formatRate(learnt.ratePerSecond)}` : 'learnt';
  return `${why} (${rate}${learnt.windowMs ? `, over a window of ${windowText(learnt.windowMs)}` : ''})`;
}

function cellsOf(row: LimitsRow, nowIso: string): string[] {
  return limitCells(row, nowIso).map((cell) => inCode(cell, CELL_LENGTH));
}

/** One line that no markdown reader takes for markup, nor for the end of a cell. */
function inCode(text: string, length: number): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replaceAll('`', "'")
    .replaceAll('|', '/')
    .trim();
  return `\`${(plain.length > length ? `${plain.slice(0, length - 1)}…` : plain) || ' '}\``;
}
