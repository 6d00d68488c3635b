import { isNothingKnown, reasons } from '../domain/budget/describeLimits.js';
import { LIMIT_HEADINGS, limitCells } from '../domain/budget/limitsCells.js';
import type { LimitsRow, LimitsTable } from '../domain/budget/limitsTable.js';
import { plain, SCREEN_WIDTH, wrapped } from './screenText.js';
import { textTable } from './textTable.js';

/** Widest text of each column, so that with two blanks between them a line has at most 100 characters. */
const CELL_WIDTHS = [16, 14, 18, 18, 17, 7] as const;

/** Documented limits of a family that are written out. */
const DOCUMENTED_SHOWN = 4;

/** What is known of each family's limit, for people: lines of at most 100 characters. */
export function limitsText(table: LimitsTable, nowIso: string): string[] {
  if (isNothingKnown(table))
    return [
      ...wrapped('nothing is known yet: this OAuth client has made no call, none was refused, and no limit is set', ''),
      ...table.notes.flatMap((note) => wrapped(note, '')),
    ];
  const rows = table.families.map((row) =>
    limitCells(row, nowIso).map((cell, column) => fitted(plain(cell), CELL_WIDTHS[column] ?? SCREEN_WIDTH)),
  );
  return [
    ...textTable(LIMIT_HEADINGS, rows, [5]),
    '',
    ...reasons(table).flatMap(({ families, why }) => wrapped(`${families.join(', ')}: ${why}`, '  ')),
    ...table.families.flatMap((row) => wrapped(documentedList(row), '  ')),
    '',
    ...table.notes.flatMap((note) => wrapped(note, '  ')),
    ...wrapped('refused: in the last hour. Instants are UTC.', '  '),
  ];
}

/** What Genesys's own list of limits says, by its own keys; the JSON has all of it. */
function documentedList({ family, documented }: LimitsRow): string {
  if (documented.length === 0) return '';
  const shown = documented.slice(0, DOCUMENTED_SHOWN).map(({ key, value }) => `${key} ${value}`);
  const more = documented.length - shown.length;
  return `${family}, documented: ${shown.join(', ')}${more > 0 ? `, and ${more} more (--json)` : ''}`;
}

function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
