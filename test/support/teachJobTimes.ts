import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobDurationMs } from '../../src/simulator/api/jobDuration.js';
import { type SimulatorOptions, simulatorSettings } from '../../src/simulator/simulatorOptions.js';

/** As many as a worker remembers. */
const JOBS = 32;
/** What a call takes, and the steps around it. */
const NOTICED_AFTER_MS = 250;

/**
 * Leaves in a data directory what a worker would have learnt of an organisation's jobs, so that it looks at the first one in time.
 *
 * Without it the first job of a worker is looked at after eight seconds, whatever it took.
 */
export function teachJobTimes(dataDirectory: string, options: SimulatorOptions): void {
  const { jobSeconds } = simulatorSettings(options);
  const seen = Array.from({ length: JOBS }, (_, job) => ({
    notDoneMs: 0,
    doneMs: jobDurationMs(jobSeconds, 'seen before', job) + NOTICED_AFTER_MS,
  }));
  writeFileSync(join(dataDirectory, 'job-times.json'), JSON.stringify({ v: 1, seen }), { mode: 0o600 });
}
