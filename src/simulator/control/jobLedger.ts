/** One job as the simulator saw it made. Times in milliseconds since the epoch. */
export interface JobCount {
  readonly jobId: string;
  readonly arrivedAtMs: number;
  /** When the answer had been handed to the network; null where the caller was gone. */
  respondedAtMs: number | null;
  /** When it has ended or will end, in `Complete` or `Error`; Infinity (null in JSON) where it never does. */
  readonly endsAtMs: number;
  /** When the first reading that found it ended was answered; null until then. */
  noticedAtMs: number | null;
}

/** Jobs made by one distinct request. */
export interface BodyCount {
  readonly body: unknown;
  readonly jobs: readonly JobCount[];
}

/** Counts jobs by distinct request body: key order and blanks make no difference. */
export class JobLedger {
  #byBody = new Map<string, { body: unknown; jobs: JobCount[] }>();
  #byId = new Map<string, JobCount>();

  made(body: unknown, job: JobCount): void {
    this.#byId.set(job.jobId, job);
    const key = sorted(body);
    const known = this.#byBody.get(key);
    if (known) known.jobs.push(job);
    else this.#byBody.set(key, { body, jobs: [job] });
  }

  /** A reading of the job found it ended. */
  foundEnded(jobId: string, nowMs: number): void {
    const job = this.#byId.get(jobId);
    if (job) job.noticedAtMs ??= nowMs;
  }

  count(): { total: number; distinct: number; max: number; duplicates: number; requests: BodyCount[] } {
    const requests = [...this.#byBody.values()];
    const total = requests.reduce((sum, request) => sum + request.jobs.length, 0);
    return {
      total,
      distinct: requests.length,
      max: Math.max(0, ...requests.map((request) => request.jobs.length)),
      duplicates: total - requests.length,
      requests,
    };
  }

  reset(): void {
    this.#byBody = new Map();
    this.#byId = new Map();
  }
}

/** JSON with sorted keys, to compare bodies by. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
