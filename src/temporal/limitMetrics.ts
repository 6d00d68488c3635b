import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { LimitsRow, LimitsTable } from '../domain/budget/limitsTable.js';
import { ratePerSecond } from '../domain/budget/rate.js';

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

/** Shows tables of limits as gauges with the label `family`: the same figures as `rosterline limits`. */
export function limitMetrics(meter: MetricMeter): (table: LimitsTable) => void {
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
