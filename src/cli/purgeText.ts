import type { PurgeProgress } from '../domain/purgeInput.js';

/** Why seals stay that are older, in words. */
const WHY: Readonly<Record<string, string>> = {
  held: 'under a legal hold (rosterline hold list)',
  retained: 'retained by the store until later',
  unbound: 'not bound by the chain yet: an export that was stopped; the next one to end binds them',
};
const SHOWN = 10;

/** What a purge would do, before it is asked for. */
export function describePurge({ before, counts }: PurgeProgress): string[] {
  if (counts === null) return [];
  const { objects, bytes, windows, stays, staying } = counts;
  return [
    `before   ${before ?? ''}: local days of each unit up to that day, exclusive`,
    `removes  ${number(objects)} objects, ${megabytes(bytes)}, of ${number(windows)} windows`,
    ...Object.entries(stays).map(
      ([why, seals]) => `stays    ${number(seals)} seals with their landings: ${WHY[why] ?? why}`,
    ),
    ...staying.slice(0, SHOWN).map(({ path, why }) => `         ${why}: ${path}`),
    'rows     stay in the warehouse, and days stay covered',
  ];
}

/** What a purge came to. */
export function describePurged({ purgeId, state, removed, bytes, stayed }: PurgeProgress): string[] {
  if (state !== 'completed') return ['nothing was removed'];
  return [
    `removed ${number(removed)} objects, ${megabytes(bytes)}; each is named with its hash by seals/purges/${purgeId}.json`,
    ...Object.entries(stayed).map(([why, seals]) => `${number(seals)} seals stayed after all: ${WHY[why] ?? why}`),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
