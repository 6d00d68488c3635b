import type { Bound, ExportEstimate } from '../domain/plannedExport.js';
import { duration } from './progressText.js';
import { textTable } from './textTable.js';

/** What an export would come to, for people: each dataset of each unit, the totals, and what the figures follow from. */
export function describePlan(plan: ExportEstimate): string[] {
  const { from, to } = plan.range;
  if (plan.windows === 0) return [`nothing to do: every day asked for (${from} to ${to}, exclusive) is there already`];
  const { calls, secondsExpected, rowsExpected } = plan;
  return [
    `${from} to ${to} (exclusive)`,
    '',
    ...textTable(
      ['dataset', 'unit', 'zone', 'agents', 'days', 'there', 'recent', 'windows', 'rows'],
      plan.units.map((unit) => [
        unit.dataset,
        unit.name,
        unit.timeZone,
        unit.agents,
        unit.days,
        unit.daysThere,
        unit.daysProvisional,
        unit.windows,
        unit.rowsExpected,
      ]),
    ),
    ...(plan.unitsLeftOut > 0 ? [`… and ${plan.unitsLeftOut} more, in the totals`] : []),
    '',
    `windows  ${plan.windows.toLocaleString('en')}`,
    `calls    ${calls.expected.toLocaleString('en')} expected, ${calls.minimum.toLocaleString('en')} at least; ${pollsText(plan)}`,
    `rows     ${rowsExpected.toLocaleString('en')} expected, from ${plan.rowsFrom === 'warehouse' ? 'what days in the warehouse have' : 'what is usual (nothing loaded yet to go by)'}`,
    `time     ${duration(secondsExpected * 1000)} expected, bound by ${boundText(plan)}`,
    '',
    'there: days left out because they are loaded · recent: days that Genesys may still restate, loaded as provisional',
    'Nothing was started. Refusals, other programs on the same OAuth client and pauses are not in these figures.',
  ];
}

function pollsText({ job }: ExportEstimate): string {
  const from =
    job.seen === 0 ? 'assumed, no job seen yet' : `from the last ${job.seen === 1 ? 'job' : `${job.seen} jobs`}`;
  return `${job.polls.toFixed(1)} polls a job, noticed after ${job.seconds.toFixed(1)} s (${from})`;
}

function boundText(plan: ExportEstimate): string {
  const what: Readonly<Record<Bound, string>> = {
    'token limit': `the token's limit of ${plan.callsAMinute ?? 0} calls a minute`,
    'job times': `the time jobs take, ${plan.parallelWindows} windows at once`,
    'this machine': 'what one worker carries',
  };
  const others = (Object.keys(what) as Bound[])
    .filter((bound) => bound !== plan.boundBy && plan.secondsByBound[bound] !== null)
    .map((bound) => `${bound} ${duration((plan.secondsByBound[bound] ?? 0) * 1000)}`);
  return `${what[plan.boundBy]} (alone: ${others.join(', ')})`;
}
