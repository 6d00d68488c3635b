import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { LimitsRow, LimitsTable } from '../domain/budget/limitsTable.js';
import { ratePerSecond } from '../domain/budget/rate.js';
import { askLimits } from './askLimits.js';

/** A figure of a family: null where it is not known. */
interface Figure {
  readonly gauge: string;
  readonly what: string;
  readonly of: (row: LimitsRow) => number | null;
}

const FIGURES: readonly Figure[] = [
  {
    gauge: 'rosterline_gate_until_seconds',
    what: 'Unix time before which no call of the family may leave; 0 when it may',
    of: ({ gateUntil }) => (gateUntil === null ? 0 : Date.parse(gateUntil) / 1000),
  },
  {
    gauge: 'rosterline_learnt_rate_per_second',
    what: 'Calls a second that were learnt to be sustainable',
    of: ({ learnt }) => learnt?.ratePerSecond ?? null,
  },
  {
    gauge: 'rosterline_set_rate_per_second',
    what: 'Calls a second that an operator set',
    of: ({ set }) => (set === null ? null : ratePerSecond(set.rate)),
  },
  {
    gauge: 'rosterline_max_jobs',
    what: 'Jobs that may be under way at once, as learnt',
    of: ({ learnt }) => learnt?.maxJobs ?? null,
  },
  {
    gauge: 'rosterline_jobs_in_flight',
    what: 'Jobs under way in all workers',
    of: ({ usedNow }) => usedNow.jobsInFlight,
  },
  {
    gauge: 'rosterline_calls_last_minute',
    what: 'Accepted calls of all workers in the last minute, as they told',
    of: ({ usedNow }) => usedNow.callsLastMinute,
  },
  {
    gauge: 'rosterline_refused_last_hour',
    what: 'Refused calls of all workers in the last hour',
    of: ({ refusedLastHour }) => refusedLastHour,
  },
  {
    gauge: 'rosterline_counter_used',
    what: "Calls used in the API's own window",
    of: ({ counters }) => counters?.count ?? null,
  },
  {
    gauge: 'rosterline_counter_allowed',
    what: "Calls allowed in the API's own window",
    of: ({ counters }) => counters?.allowed ?? null,
  },
  {
    gauge: 'rosterline_counter_ends_seconds',
    what: "Unix time at which the API's own window ends",
    of: ({ counters }) => (counters === null ? null : Date.parse(counters.endsAt) / 1000),
  },
];

/** How often the keeper is asked, and how long its answer is waited for. A question costs no history. */
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 4_000;

/**
 * Shows what the keeper of a budget knows as gauges, again and again until it is stopped.
 *
 * A keeper that does not answer leaves the figures as they are: the log says elsewhere that it is silent.
 */
export async function publishLimits(
  { client, keeperId, meter }: { client: Client; keeperId: string; meter: MetricMeter },
  stopping: AbortSignal,
): Promise<void> {
  const show = limitMetrics(meter);
  while (!stopping.aborted) {
    await client
      .withDeadline(Date.now() + ANSWER_WITHIN_MS, () => askLimits(client, keeperId, Date.now()))
      .then(show, () => undefined);
    await sleep(ASK_EVERY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

/** Shows tables of limits as gauges with the label `family`: the same figures as `rosterline limits`. */
function limitMetrics(meter: MetricMeter): (table: LimitsTable) => void {
  const gauges = new Map<string, MetricGauge>();
  const shown = new Set<string>();
  return (table) => {
    for (const row of table.families)
      for (const { gauge, what, of } of FIGURES) {
        const value = of(row);
        const series = `${gauge} ${row.family}`;
        // A series cannot be taken back: what is no longer known is told as not a number.
        if (value === null && !shown.has(series)) continue;
        if (!gauges.has(gauge)) gauges.set(gauge, meter.createGauge(gauge, 'float', undefined, what));
        gauges.get(gauge)?.set(value ?? Number.NaN, { family: row.family });
        shown.add(series);
      }
  };
}
