import type { AdherenceJobs } from './api/adherenceJobs.js';
import type { SignedUrls } from './api/signedUrls.js';
import type { Tokens } from './api/tokens.js';
import type { Chaos } from './control/chaos.js';
import type { Counters } from './control/counters.js';
import type { Faults } from './control/faults.js';
import type { Organisation } from './data/organisation.js';
import type { Limits } from './limits/limits.js';
import type { LiveAgents } from './live/liveAgents.js';
import type { Channels } from './notifications/channels.js';
import type { EventSource } from './notifications/eventSource.js';
import type { Schedules } from './schedules/schedules.js';
import type { SearchResults } from './schedules/searchResults.js';
import type { SimulatorSettings } from './simulatorOptions.js';
import type { FailoverWrites } from './telephony/failoverWrites.js';
import type { SyncEvents } from './telephony/syncEvents.js';
import type { Telephony } from './telephony/telephony.js';

/** What the routes of one simulator share. */
export interface SimulatorContext {
  readonly settings: SimulatorSettings;
  readonly organisation: Organisation;
  readonly tokens: Tokens;
  readonly jobs: AdherenceJobs;
  readonly schedules: Schedules;
  readonly searchResults: SearchResults;
  readonly telephony: Telephony;
  readonly failoverWrites: FailoverWrites;
  readonly syncEvents: SyncEvents;
  readonly live: LiveAgents;
  readonly channels: Channels;
  readonly eventSource: EventSource;
  readonly urls: SignedUrls;
  readonly faults: Faults;
  readonly chaos: Chaos;
  readonly limits: Limits;
  readonly counters: Counters;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
