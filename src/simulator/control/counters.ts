import { DownloadLedger, type ObjectCount } from './downloadLedger.js';
import type { Faults } from './faults.js';
import { GateLedger } from './gateLedger.js';
import type { LimitCount, Limits } from '../limits/limits.js';
import { JobLedger } from './jobLedger.js';

/** What `GET control/counts` answers: the truth about the calls that came, for tests and for the demo's figures. */
export interface SimulatorCounts {
  /** Authenticated calls under `/api/v2`, refused ones included; control, login and downloads are not. */
  readonly made: number;
  /** Calls of those answered 429. */
  readonly refused: number;
  /** Calls that came over 250 ms after a refusal of their kind was answered, and before its Retry-After was over. */
  readonly insideGate: number;
  /** Calls that came within those 250 ms: they were on their way. */
  readonly crossing: number;
  /** By `METHOD /route/{template}`, then status (0 where the connection was reset). Login and unauthenticated calls too. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly jobs: ReturnType<JobLedger['count']>;
  readonly downloads: {
    readonly requests: number;
    readonly complete: number;
    readonly bytesServed: number;
    /** Objects served completely more than once. */
    readonly fetchedTwice: number;
    readonly objects: readonly ObjectCount[];
  };
  readonly activeDownloads: number;
  /** Downloads that brought an access token along, which must never leave for another host. */
  readonly tokenLeaks: number;
  readonly tokensIssued: number;
  /** How often faults struck, by kind, armed and drawn ones alike. */
  readonly struck: ReturnType<Faults['struck']>;
  /** What each limit did, by its name; `token` is the limit of calls a minute. */
  readonly limits: Readonly<Record<string, LimitCount>>;
}

/** The counters of one simulator. `reset` zeroes what was counted and leaves everything else alone. */
export class Counters {
  readonly gates = new GateLedger();
  readonly jobs = new JobLedger();
  readonly downloads: DownloadLedger;
  #calls = new Map<string, Map<number, number>>();
  made = 0;
  refused = 0;
  downloadRequests = 0;
  tokenLeaks = 0;
  tokensIssued = 0;

  /** @param now milliseconds since the epoch. */
  constructor(
    now: () => number,
    private readonly faults: Faults,
    private readonly limits: Limits,
  ) {
    this.downloads = new DownloadLedger(now);
  }

  /** @param isApi whether it is a call under `/api/v2`: only those can be refused, in the sense of `refused`. */
  answered(call: string, status: number, isApi: boolean): void {
    let byStatus = this.#calls.get(call);
    if (!byStatus) {
      byStatus = new Map<number, number>();
      this.#calls.set(call, byStatus);
    }
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    if (isApi && status === 429) this.refused++;
  }

  read(): SimulatorCounts {
    const objects = this.downloads.list();
    return {
      made: this.made,
      refused: this.refused,
      insideGate: this.gates.inside,
      crossing: this.gates.crossing,
      calls: Object.fromEntries([...this.#calls].map(([call, byStatus]) => [call, Object.fromEntries(byStatus)])),
      jobs: this.jobs.count(),
      downloads: {
        requests: this.downloadRequests,
        complete: objects.reduce((sum, object) => sum + object.complete, 0),
        bytesServed: objects.reduce((sum, object) => sum + object.bytesServed, 0),
        fetchedTwice: objects.filter((object) => object.complete > 1).length,
        objects,
      },
      activeDownloads: this.downloads.active,
      tokenLeaks: this.tokenLeaks,
      tokensIssued: this.tokensIssued,
      struck: this.faults.struck(),
      limits: this.limits.count(),
    };
  }

  reset(): void {
    this.gates.reset();
    this.jobs.reset();
    this.downloads.reset();
    this.#calls = new Map();
    this.made = 0;
    this.refused = 0;
    this.downloadRequests = 0;
    this.tokenLeaks = 0;
    this.tokensIssued = 0;
    this.faults.resetCounts();
    this.limits.resetCounts();
  }
}
