import { availableParallelism, loadavg } from 'node:os';
import type { ObjectCount } from '../../src/simulator/control/downloadLedger.js';
import type { BodyCount, JobCount } from '../../src/simulator/control/jobLedger.js';
import type { Outage } from './outages.js';

/**
 * How long after an answer left nobody may have written it down yet, and how long a request of a process that was just killed may
 * still be on its way, in milliseconds, on a machine with at most two programs a processor that want to run.
 */
const UNHEARD_MS = 250;
const AT_MOST_A_PROCESSOR = 2;

/** A kill or an outage's beginning: when, in milliseconds since the epoch, and how long what was on its way then may go unheard. */
export interface Blow {
  readonly atMs: number;
  readonly unheardMs: number;
}

/** What strikes now: a machine on which more programs want to run hears later in the same measure. */
export function blowNow(): Blow {
  const aProcessor = (loadavg()[0] ?? 0) / availableParallelism();
  return { atMs: Date.now(), unheardMs: UNHEARD_MS * Math.max(1, aProcessor / AT_MOST_A_PROCESSOR) };
}

/** What struck a run from outside. */
export interface Struck {
  readonly kills: readonly Blow[];
  readonly outages: readonly Outage[];
}

/** A job that was asked for again, and what excuses it; null: nothing does. */
export interface SecondJob {
  readonly jobId: string;
  readonly body: unknown;
  readonly excuse: string | null;
}

/**
 * Jobs that were asked for once more by the very same request, each with its excuse.
 *
 * A kill excuses the job whose POST was under way, until 250 ms after its answer left (longer on a machine that was busy then); an
 * outage of the Temporal server every job whose POST was under way or answered while it was away.
 */
export function secondJobs(requests: readonly BodyCount[], struck: Struck): SecondJob[] {
  return requests.flatMap(({ body, jobs }) =>
    jobs.slice(0, -1).map((job) => ({ jobId: job.jobId, body, excuse: excuseOf(job, struck) })),
  );
}

function excuseOf({ arrivedAtMs, respondedAtMs }: JobCount, { kills, outages }: Struck): string | null {
  const answeredAtMs = respondedAtMs ?? Infinity;
  if (kills.some(({ atMs, unheardMs }) => arrivedAtMs - unheardMs <= atMs && atMs <= answeredAtMs + unheardMs))
    return 'the worker was killed inside its POST';
  if (outages.some(({ from, toMs }) => arrivedAtMs <= (toMs ?? Infinity) && from.atMs <= answeredAtMs + from.unheardMs))
    return 'its POST was under way or answered while the Temporal server was away';
  return null;
}

/** An object of which all bytes were served again, and whether a kill within 250 ms (longer, as above) of its last byte excuses each time. */
export interface SecondDownload {
  readonly object: string;
  readonly excuse: string | null;
}

/** Objects that were completely served more than once. */
export function secondDownloads(objects: readonly ObjectCount[], { kills }: Struck): SecondDownload[] {
  return objects.flatMap(({ object, completeAtMs }) =>
    completeAtMs.slice(0, -1).map((atMs) => ({
      object,
      excuse: kills.some((kill) => Math.abs(kill.atMs - atMs) <= kill.unheardMs)
        ? 'the worker was killed while its last bytes were on their way'
        : null,
    })),
  );
}

/** The most bytes of an object that were served beyond its size. */
export function mostBytesOver(objects: readonly ObjectCount[]): number {
  return Math.max(0, ...objects.map(({ bytesServed, size }) => bytesServed - size));
}

/** What came twice, by excuse; what has none in full. */
export function told(seconds: readonly { readonly excuse: string | null }[]): string {
  if (seconds.length === 0) return 'none twice';
  const excused = new Map<string, number>();
  for (const { excuse } of seconds) if (excuse !== null) excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
  const bare = seconds.filter(({ excuse }) => excuse === null);
  return [
    ...[...excused].map(([excuse, count]) => `${count} twice, excused: ${excuse}`),
    ...bare.map((one) => `NOT EXCUSED: ${JSON.stringify(one)}`),
  ].join('; ');
}
