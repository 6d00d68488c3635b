import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sorted } from '../control/jobLedger.js';
import type { Organisation } from '../data/organisation.js';
import { seededUuid } from '../data/seededRandom.js';
import type { SimulatorSettings } from '../simulatorOptions.js';
import { adherenceDocument } from './adherenceDocument.js';
import type { AdherenceQuery } from './adherenceQuery.js';
import { withoutField } from './faultyResult.js';
import { jobDurationMs } from './jobDuration.js';

const compress = promisify(gzip);

/** What becomes of a job that a fault met as it was made; nothing, where none did. */
export interface JobFate {
  readonly ends: 'Complete' | 'Error' | 'never';
  /** A field that its files lack. */
  readonly lacks: string | null;
}

export interface AdherenceJob {
  readonly id: string;
  readonly clientId: string;
  readonly query: AdherenceQuery;
  readonly createdAtMs: number;
  readonly readyAtMs: number;
  /** The request as it came, to find the job by. */
  readonly asked: string;
  readonly fate: JobFate;
  /** Two for each item: its users are split between them. */
  readonly fileIds: readonly string[];
}

/** A file of a result in one representation. */
export interface ResultFile {
  /** `<job id>/<number>`: the same for every URL and encoding. */
  readonly object: string;
  readonly encoding: 'identity' | 'gzip';
  readonly bytes: Buffer;
  /** A strong validator, quoted; it differs between encodings. */
  readonly etag: string;
}

/**
 * The bulk adherence jobs of an organisation.
 *
 * Results are generated when they are fetched, and again when the cache had to let go of them: always the same bytes.
 */
export class AdherenceJobs {
  readonly #jobs = new Map<string, AdherenceJob>();
  readonly #asked = new Map<string, number>();
  readonly #files = new Map<string, Promise<ResultFile>>();
  #cachedBytes = 0;

  constructor(
    private readonly organisation: Organisation,
    private readonly settings: Pick<
      SimulatorSettings,
      'seed' | 'jobSeconds' | 'jobRetentionSeconds' | 'resultCacheBytes'
    >,
    private readonly now: () => number,
  ) {}

  create(clientId: string, query: AdherenceQuery, body: unknown, fate: JobFate): AdherenceJob {
    const asked = sorted(body);
    const times = (this.#asked.get(asked) ?? 0) + 1;
    this.#asked.set(asked, times);
    const { seed } = this.settings;
    const id = seededUuid(seed, 'job', clientId, asked, times);
    const createdAtMs = this.now();
    const job: AdherenceJob = {
      id,
      clientId,
      query,
      createdAtMs,
      readyAtMs:
        fate.ends === 'never' ? Infinity : createdAtMs + jobDurationMs(this.settings.jobSeconds, seed, asked, times),
      asked: JSON.stringify(body),
      fate,
      fileIds: query.items.flatMap((_, item) => [0, 1].map((part) => seededUuid(id, item, part))),
    };
    this.#jobs.set(id, job);
    return job;
  }

  /** A job that is still known, whoever made it. */
  find(jobId: string): AdherenceJob | undefined {
    const job = this.#jobs.get(jobId);
    if (!job || this.now() < job.createdAtMs + this.settings.jobRetentionSeconds * 1000) return job;
    this.#jobs.delete(jobId);
    return undefined;
  }

  /** Knows a job no more. */
  forget(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  /** One file of a finished job; undefined where the job has no such file. */
  async file(job: AdherenceJob, fileId: string, encoding: 'identity' | 'gzip'): Promise<ResultFile | undefined> {
    const number = job.fileIds.indexOf(fileId);
    if (number < 0) return undefined;
    const key = `${fileId} ${encoding}`;
    const known = this.#files.get(key);
    // Last used goes last, so that the first is the one to let go.
    this.#files.delete(key);
    const file = known ?? this.#generate(job, number, encoding);
    this.#files.set(key, file);
    const done = await file;
    if (!known) this.#cachedBytes += done.bytes.length;
    for (const [oldest, cached] of this.#files) {
      if (this.#cachedBytes <= this.settings.resultCacheBytes) break;
      this.#files.delete(oldest);
      this.#cachedBytes -= (await cached).bytes.length;
    }
    return done;
  }

  async #generate(job: AdherenceJob, number: number, encoding: 'identity' | 'gzip'): Promise<ResultFile> {
    const item = job.query.items[Math.floor(number / 2)];
    if (!item) throw new RangeError(`job ${job.id} has no file ${number.toString()}`);
    const whole = await adherenceDocument(this.organisation, {
      item,
      timeZone: job.query.timeZone,
      part: number % 2 === 0 ? 0 : 1,
      asOf: Math.floor(job.createdAtMs / 1000),
    });
    const { lacks } = job.fate;
    const plain = lacks === null ? whole : Buffer.from(withoutField(whole.toString('utf8'), lacks));
    const bytes = encoding === 'gzip' ? await compress(plain, { level: 1 }) : plain;
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    return { object: `${job.id}/${number.toString()}`, encoding, bytes, etag: `"${digest}"` };
  }
}
