import type { Family } from '../domain/family.js';
import type { Lane } from '../domain/lane.js';
import type { AdherenceCalls } from './adherenceCalls.js';
import type { AggregatesCalls } from './aggregatesCalls.js';
import type { AuditCalls } from './auditCalls.js';
import type { DataTableCalls } from './dataTableCalls.js';
import type { Download } from './download.js';
import type { ScheduleSearchCalls } from './scheduleSearchCalls.js';
import type { NotificationCalls } from './notificationCalls.js';
import type { OutboundCalls } from './outboundCalls.js';
import type { RealTimeCalls } from './realTimeCalls.js';
import type { ScheduleCalls } from './scheduleCalls.js';
import type { StructureCalls } from './structureCalls.js';
import type { TelephonyCalls } from './telephonyCalls.js';

/**
 * One Genesys Cloud organisation, through the official SDK.
 *
 * Every method is one API call of its family; it waits at most 2 s for the budget, and past that throws `Throttled` with the
 * instant. Every method throws `Failure`: `Throttled`, `Transient`, `Expired`, `TooLarge`, `InvalidInput`, `Unauthorized`,
 * `Forbidden`, `Conflict`, `Corrupt` (a required field is missing: the message has its path), `Blocked` (a redirect, a download
 * host that is not allowed, a proxy that asks for credentials). No message holds a token or a secret.
 */
export interface GenesysClient
  extends StructureCalls,
    AdherenceCalls,
    AggregatesCalls,
    ScheduleCalls,
    ScheduleSearchCalls,
    TelephonyCalls,
    DataTableCalls,
    OutboundCalls,
    AuditCalls,
    NotificationCalls,
    RealTimeCalls {
  /** The same client for calls of one lane: less urgent ones leave part of the token's window to others. (Otherwise: `sync`) */
  inLane(lane: Lane): GenesysClient;
  /** Gets a token where there is none yet; not a call of the API. @throws Failure as the token source does. */
  login(): Promise<void>;
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
  /**
   * The time by Genesys's clock, milliseconds since the epoch, within about a second: by the `Date` of its answers and a clock that
   * nobody sets, so that neither a wrong clock of this machine nor one that is being set matters. This machine's before the first answer.
   */
  timeMs(): number;
  /** Closes the connections. */
  close(): Promise<void>;
}
