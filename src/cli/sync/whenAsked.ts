import { Failure } from '../../domain/failure.js';

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?$/;
const DAY_MS = 86_400_000;

/**
 * The instant that a person means, ISO 8601 UTC: `14:05` is the last time that it was so here; a date and time without a zone is this
 * machine's; with one (`Z`, `+08:00`) it is that. Nothing is now.
 *
 * @throws Failure `InvalidInput` for what is no time, or is yet to come.
 */
export function whenAsked(text: string | undefined, nowMs: number): string {
  if (text === undefined) return new Date(nowMs).toISOString();
  const ms = parsedMs(text.trim(), nowMs);
  if (Number.isNaN(ms))
    throw new Failure(
      'InvalidInput',
      `--at: ${text} is not a time: write 14:05, 2026-11-22T14:05 (this machine's time zone) or 2026-11-22T06:05Z`,
    );
  if (ms > nowMs) throw new Failure('InvalidInput', `--at: ${new Date(ms).toISOString()} is yet to come`);
  return new Date(ms).toISOString();
}

function parsedMs(text: string, nowMs: number): number {
  const clock = CLOCK.exec(text);
  if (!clock) return Date.parse(LOCAL.test(text) && text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
  const [hour = 0, minute = 0, second = 0] = clock.slice(1).map((part: string | undefined) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const today = new Date(nowMs).setHours(hour, minute, second, 0);
  return today <= nowMs ? today : new Date(today - DAY_MS).setHours(hour, minute, second, 0);
}
