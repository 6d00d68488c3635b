/** One job as the simulator saw it made. Times in milliseconds since the epoch. */
export interface JobCount {
  readonly jobId: string;
  readonly arrivedAtMs: number;
  /** When the answer had been handed to the network; null where the caller was gone. */
  respondedAtMs: number | null;
}

/** Jobs made by one distinct request. */
export interface BodyCount {
  readonly body: unknown;
  readonly jobs: readonly JobCount[];
}

/** Counts jobs by distinct request body: key order and blanks make no difference. */
export class JobLedger {
  #byBody = new Map<string, { body: unknown; jobs: JobCount[] }>();

  made(body: unknown, job: JobCount): void {
    const key = sorted(body);
    const known = this.#byBody.get(key);
    if (known) known.jobs.push(job);
    else this.#byBody.set(key, { body, jobs: [job] });
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
