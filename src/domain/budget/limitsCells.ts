import type { DocumentedLimit } from './budgetReports.js';
import type { LimitsRow } from './limitsTable.js';
import { formatRate } from './rate.js';

/** Columns of the limits, as people see them in the terminal and in the Temporal UI. */
export const LIMIT_HEADINGS = ['family', 'documented', 'learnt or set', 'used now', 'gate until', 'refused'] as const;

/** A row's cells, in the order of the headings: short texts, those from outside not yet made harmless. */
export function limitCells(row: LimitsRow, nowIso: string): string[] {
  return [
    row.family,
    documentedText(row.documented),
    knownText(row),
    usedText(row),
    row.gateUntil === null ? 'open' : shortInstant(row.gateUntil, nowIso),
    row.refusedLastHour.toLocaleString('en'),
  ];
}

/** `5 min`, `1 h`, `90 s`: a window of a limit. */
export function windowText(windowMs: number): string {
  const seconds = Math.round(windowMs / 1000);
  if (seconds >= 86_400 && seconds % 86_400 === 0) return seconds === 86_400 ? 'day' : `${seconds / 86_400} days`;
  if (seconds >= 3600 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function documentedText(limits: readonly DocumentedLimit[]): string {
  const [first, ...others] = limits.map(documentedValue);
  if (first === undefined) return '–';
  return others.length === 0 ? first : `${first} +${others.length}`;
}

/** Genesys's keys say the unit at their end: `client.credentials.token.rate.per.minute`. */
function documentedValue({ key, value }: DocumentedLimit): string {
  const unit = /rate\.per\.(second|minute|hour|day)$/.exec(key)?.[1];
  const units: Readonly<Record<string, string>> = { second: 's', minute: 'min', hour: 'h', day: 'day' };
  return unit === undefined ? value.toLocaleString('en') : `${value}/${units[unit]}`;
}

/** What an operator set goes before the rate that was learnt. */
function knownText({ learnt, set }: LimitsRow): string {
  const parts = [
    set ? `${set.rate} (set)` : learnt?.ratePerSecond && formatRate(learnt.ratePerSecond),
    learnt?.maxJobs && `${learnt.maxJobs} jobs`,
  ];
  return parts.filter(Boolean).join(', ') || '–';
}

function usedText({ usedNow, counters }: LimitsRow): string {
  const calls = counters === null ? `${usedNow.callsLastMinute}/min` : `${counters.count} of ${counters.allowed}`;
  return usedNow.jobsInFlight > 0 ? `${calls}, ${usedNow.jobsInFlight} jobs` : calls;
}

/** `14:03:22Z` today, with the date on other days. */
function shortInstant(iso: string, nowIso: string): string {
  const day = iso.slice(0, 10);
  return day === nowIso.slice(0, 10) ? `${iso.slice(11, 19)}Z` : `${day} ${iso.slice(11, 16)}Z`;
}
