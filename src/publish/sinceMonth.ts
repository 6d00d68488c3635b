import { Temporal as T } from 'temporal-polyfill';
import { parseSince } from '../domain/historyExportInput.js';

/**
 * First month to publish, `yyyy-MM`, from a month, a date or a length of time back from now: `2025-03`, `2025-03-14`, `90d`, `6mo`.
 *
 * @returns null where the text is none of them.
 */
export function sinceMonth(text: string, nowIso: string): string | null {
  if (/^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$/.test(text)) return text.slice(0, 7);
  if (!/^[1-9]\d{0,4}(d|w|mo|y)$/.test(text)) return null;
  const { amount, unit } = parseSince(text);
  const length = { d: 'days', w: 'weeks', mo: 'months', y: 'years' } as const;
  const today = T.PlainDate.from(nowIso.slice(0, 10));
  return today
    .subtract({ [length[unit]]: amount })
    .toPlainYearMonth()
    .toString();
}
