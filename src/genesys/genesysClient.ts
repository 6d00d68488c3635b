import type { DocumentedLimit } from '../domain/budget/budgetReports.js';
import type { Family } from '../domain/family.js';
import type { LandingEncoding } from '../domain/landing.js';
import type { Lane } from '../domain/lane.js';

/** An answer decoded into our types, with the body exactly as received. */
export interface ApiAnswer<T> {
  readonly value: T;
  readonly raw: Uint8Array;
  readonly encoding: LandingEncoding;
  readonly correlationId: string;
  readonly receivedAt: string;
}

export interface ManagementUnit {
  readonly id: string;
  readonly name: string;
  readonly businessUnitId: string;
  readonly timeZone: string;
  readonly startDayOfWeek: string | null;
}

/** Body of `POST /api/v2/workforcemanagement/adherence/historical/bulk`, one item. Instants are ISO 8601 UTC. */
export interface AdherenceJobRequest {
  readonly managementUnitId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly timeZone: string;
  readonly includeExceptions: boolean;
  readonly includeActuals: boolean;
}

export interface AdherenceJob {
  readonly jobId: string;
  readonly state: 'Processing' | 'Complete' | 'Error';
  /** Signed: a capability. Never to be logged, stored or put into a workflow history. */
  readonly downloadUrls: readonly string[];
  readonly correlationId: string;
  /** When the answer was read. */
  readonly receivedAt: string;
}

/** Body of `POST /api/v2/analytics/users/aggregates/query` for routing-status times. */
export interface UsersAggregatesRequest {
  readonly startAt: string;
  readonly endAt: string;
  readonly granularity: 'PT30M' | 'PT15M';
  readonly timeZone: string;
  readonly userIds: readonly string[];
}

/** A download under way. `body` yields bytes as sent (still encoded). */
export interface Download {
  /** Where in the whole body these bytes start: 0 when the server ignored the range or the body changed. */
  readonly offset: number;
  readonly totalBytes: number | null;
  readonly etag: string | null;
  readonly encoding: LandingEncoding;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One Genesys Cloud organisation, through the official SDK.
 *
 * Every method is one API call of its family; it waits at most 2 s for the budget, and past that throws `Throttled` with the
 * instant. Every method throws `Failure`: `Throttled`, `Transient`, `Expired`, `TooLarge`, `InvalidInput`, `Unauthorized`,
 * `Forbidden`, `Conflict`, `Corrupt` (a required field is missing: the message has its path), `Blocked` (a redirect, a download
 * host that is not allowed, a proxy that asks for credentials). No message holds a token or a secret.
 */
export interface GenesysClient {
  /** The same client for calls of one lane: less urgent ones leave part of the token's window to others. (Otherwise: `sync`) */
  inLane(lane: Lane): GenesysClient;
  /** Gets a token where there is none yet; not a call of the API. @throws Failure as the token source does. */
  login(): Promise<void>;
  organization(): Promise<ApiAnswer<{ id: string; name: string }>>;
  businessUnits(): Promise<ApiAnswer<{ id: string; name: string }[]>>;
  managementUnits(): Promise<ApiAnswer<ManagementUnit[]>>;
  managementUnitUsers(managementUnitId: string): Promise<ApiAnswer<{ id: string; name: string | null }[]>>;
  activityCodes(businessUnitId: string): Promise<ApiAnswer<{ id: string; name: string; category: string | null }[]>>;
  /** What Genesys's own list says of the limits in one namespace, such as `platform.api`. */
  limits(namespace: string): Promise<readonly DocumentedLimit[]>;
  createAdherenceJob(request: AdherenceJobRequest): Promise<AdherenceJob>;
  /**
   * Reads a job's state. Whether it is over is counted once, when it is polled: who only wants fresh `links` of a job that is known to
   * be over says so.
   *
   * @throws Failure `Expired` when Genesys no longer knows the job (404 `job.not.found`), or it was another client's.
   */
  adherenceJob(jobId: string, wanted?: 'state' | 'links'): Promise<AdherenceJob>;
  /** @throws Failure `InvalidInput` with `facts.refusedIds` where Genesys named user ids that it refuses. */
  usersAggregates(request: UsersAggregatesRequest): Promise<ApiAnswer<null>>;
  /**
   * Follows a signed URL, to an allowed host only, without the token.
   *
   * @param from bytes already kept, with the `ETag` and the whole length that came with them.
   * @throws Failure `Expired` on 403, 404 or 410: read the job again for a fresh URL.
   */
  download(
    url: string,
    from: { offset: number; etag: string | null; totalBytes?: number | null },
    signal?: AbortSignal,
  ): Promise<Download>;
  /** Closed gates, for progress and status. `until` in milliseconds since the epoch. */
  gates(): readonly { gate: Family | 'token'; untilMs: number; why: string }[];
  /** Calls a minute that the API's counters last allowed the token; null where no answer has had counters. */
  callsAMinute(): number | null;
  /** Closes the connections. */
  close(): Promise<void>;
}
