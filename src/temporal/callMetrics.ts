import type { MetricMeter } from '@temporalio/common';
import type { CallWatcher } from '../telemetry/callWatcher.js';

/** Counts the calls of this process. Labels are the family and the HTTP status: nothing that names a person or a thing. */
export function callMetrics(meter: MetricMeter): CallWatcher {
  const requests = meter.createCounter(
    'rosterline_requests',
    undefined,
    'Calls of the Genesys API by family and HTTP status (none: no answer came)',
  );
  const refused = meter.createCounter(
    'rosterline_requests_refused',
    undefined,
    'Calls that were refused for now: 429, and what counts as one',
  );
  const waits = meter.createHistogram(
    WAIT_METRIC,
    'float',
    undefined,
    'How long calls waited in this process for their turn, 2 s at most',
  );
  const putOff = meter.createCounter(
    'rosterline_requests_put_off',
    undefined,
    'Calls that had to wait longer and were put off to a later attempt',
  );
  return {
    answered: (family, status) => requests.add(1, { family, status: status === null ? 'none' : String(status) }),
    refused: (family) => refused.add(1, { family }),
    waited: (family, ms) => waits.record(Math.max(0, ms) / 1000, { family }),
    putOff: (family) => putOff.add(1, { family }),
  };
}

const WAIT_METRIC = 'rosterline_request_wait_seconds';

/** Upper bounds in seconds of the buckets of histograms of ours: waits end at 2 s. */
export const HISTOGRAM_BUCKETS: Readonly<Record<string, number[]>> = {
  [WAIT_METRIC]: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2],
};
