import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { AdherenceJobs } from './api/adherenceJobs.js';
import { SignedUrls } from './api/signedUrls.js';
import { Tokens } from './api/tokens.js';
import { Counters, type SimulatorCounts } from './control/counters.js';
import { armFault } from './control/armFault.js';
import { Chaos, ChaosSettings } from './control/chaos.js';
import { Fault, type FaultInput } from './control/fault.js';
import { Faults } from './control/faults.js';
import { organisationOf } from './data/organisation.js';
import { LiveAgents } from './live/liveAgents.js';
import { Limits } from './limits/limits.js';
import { Channels } from './notifications/channels.js';
import { EventSource } from './notifications/eventSource.js';
import { type NotificationControls, notificationControls } from './notifications/notificationControls.js';
import { PublishedLedger } from './notifications/publishedLedger.js';
import { Schedules } from './schedules/schedules.js';
import { SearchResults } from './schedules/searchResults.js';
import type { SimulatorContext } from './simulatorContext.js';
import { limitsOf, oauthClients, type SimulatorOptions, simulatorSettings } from './simulatorOptions.js';
import { simulatorServer } from './simulatorServer.js';
import { type SyncControls, syncControls } from './telephony/syncControls.js';
import { FailoverWrites } from './telephony/failoverWrites.js';
import { SyncEvents } from './telephony/syncEvents.js';
import { Telephony } from './telephony/telephony.js';

/** How often what is due happens while somebody listens, in milliseconds. */
const TICK_MS = 10;

/** A simulated organisation that answers on loopback. */
export interface RunningSimulator {
  /** Base of both login (`/oauth/token`) and API (`/api/v2`), such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly controlUrl: string;
  readonly seed: number;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Another OAuth client of the same organisation, which may not see the first one's jobs. */
  readonly otherClient: { readonly clientId: string; readonly clientSecret: string };
  readonly organisationId: string;
  readonly units: readonly { readonly id: string; readonly name: string; readonly timeZone: string }[];
  readonly businessUnits: readonly { readonly id: string; readonly name: string }[];
  /** Trunks, routes, tables, campaigns and schedules: what they are, and switches to change them. */
  readonly telephony: SyncControls;
  /** Notification channels and what agents do now: what they are, and switches to change them. */
  readonly notifications: NotificationControls;
  counts(): SimulatorCounts;
  /** Every access token given out so far, for tests that look where they must not be. No route shows them. */
  accessTokens(): string[];
  /** Arms a fault, as `POST control/faults` does. @returns the id to remove it by. */
  addFault(fault: FaultInput): string;
  /** Removes one fault by id, all of a kind, or all. */
  removeFaults(idOrKind?: string): void;
  /** Begins faults at random anew, as `POST control/chaos` does; null ends them. */
  setChaos(chaos: z.input<typeof ChaosSettings> | null): void;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/**
 * Starts a Genesys Cloud organisation on 127.0.0.1, for tests, the demo, and anyone who wants to try.
 *
 * Written from the published API alone, with nothing of our client: it must not share its misreadings. What it guesses is
 * said where it guesses.
 *
 * @throws ZodError naming the option that is wrong; the system's error where the port is taken.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const settings = simulatorSettings(options);
  const now = options.now ?? Date.now;
  const organisation = organisationOf(settings);
  const [client, otherClient, ...further] = oauthClients(settings);
  if (!client || !otherClient) throw new RangeError('an organisation has two OAuth clients at least');
  const faults = new Faults(now);
  const chaos = new Chaos();
  if (settings.chaos) chaos.begin(settings.chaos);
  const limits = new Limits(limitsOf(settings), settings.seed);
  const schedules = new Schedules(organisation, settings.schedules, now);
  const telephony = new Telephony(settings.telephony, settings.seed, settings.historyStarts, now);
  const live = new LiveAgents(organisation, settings.live, now);
  const channels = new Channels(organisation.id, settings.notifications, new PublishedLedger(now), now);
  const eventSource = new EventSource(channels, (businessUnitId) =>
    organisation.units.filter((unit) => unit.businessUnitId === businessUnitId).map(({ id }) => id),
  );
  live.onChange = (change) => {
    eventSource.agentChanged(change);
  };
  telephony.onTrunkChanged = (trunk) => {
    eventSource.trunkChanged(trunk);
  };
  schedules.onChanged = (schedule) => {
    eventSource.scheduleChanged(schedule);
  };
  schedules.onAgentsChanged = (agents, week) => {
    eventSource.agentSchedulesChanged(agents, week);
  };
  const context: SimulatorContext = {
    settings,
    organisation,
    tokens: new Tokens(
      [client, otherClient, ...further],
      { loginsPerMinute: settings.loginLimitPerMinute, lifetimeSeconds: settings.tokenLifetimeSeconds },
      now,
      (clientId, isFirst) => faults.secretOf(clientId, isFirst),
    ),
    jobs: new AdherenceJobs(organisation, settings, now),
    schedules,
    searchResults: new SearchResults(settings.resultCacheBytes),
    telephony,
    failoverWrites: new FailoverWrites(telephony, now),
    syncEvents: new SyncEvents({ telephony, schedules }, now),
    live,
    channels,
    eventSource,
    urls: new SignedUrls(settings.urlLifetimeSeconds, now),
    faults,
    chaos,
    limits,
    counters: new Counters(now, faults, limits),
    now,
  };
  let url = '';
  const server = simulatorServer(context, () => url);
  // Only who listens needs what is due at its own instant; all others see it when they look.
  const ticking = setInterval(() => {
    if (!channels.isHeard) return;
    context.syncEvents.catchUp();
    live.catchUp();
  }, TICK_MS);
  ticking.unref();
  await server.listen({ host: '127.0.0.1', port: settings.port });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port.toString()}${settings.pathPrefix}`;
  return {
    url,
    controlUrl: `${url}/control`,
    seed: settings.seed,
    ...client,
    otherClient,
    organisationId: organisation.id,
    units: organisation.units.map(({ id, name, timeZone }) => ({ id, name, timeZone })),
    businessUnits: organisation.businessUnits,
    telephony: syncControls(context),
    notifications: notificationControls(context),
    counts: () => context.counters.read(),
    accessTokens: () => context.tokens.issued(),
    addFault: (fault) => armFault(context, Fault.parse(fault)),
    removeFaults: (idOrKind) => {
      if (idOrKind === undefined) faults.clear();
      else faults.remove(idOrKind);
    },
    setChaos: (settings) => {
      if (settings) chaos.begin(ChaosSettings.parse(settings));
      else chaos.end();
    },
    close: async () => {
      clearInterval(ticking);
      await server.close();
    },
  };
}
