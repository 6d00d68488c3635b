import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { z } from 'zod';
import { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';
import type { RoundRecord, SyncState } from '../../src/domain/sync/syncState.js';
import { heeds } from '../../src/cli/sync/heeds.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import type { trunkSync } from '../../workflows/trunkSync.js';
import { clearSchedules } from './clearSchedules.js';
import { eventually } from './eventually.js';
import {
  type ExportEnvironment,
  exportEnvironment,
  type ExportEnvironmentOptions,
  skippingEnvironment,
} from './exportEnvironment.js';

export type SyncHandle = WorkflowHandleWithFirstExecutionRunId<typeof trunkSync>;
/** Agents on queue when an environment begins: with the policy's 1.5 calls for each and 10 for each trunk, six trunks of fifteen. */
const AGENTS_AT_WORK = 40;

type PolicyChanges = Partial<z.input<typeof SyncPolicy>>;

/** A simulated organisation with trunks, a worker on it, and a trunk sync to start. */
export interface SyncEnvironment {
  readonly exports: ExportEnvironment;
  readonly simulator: RunningSimulator;
  readonly syncId: string;
  /** A policy for the organisation's first site: one route over all of its trunk bases, in the order of their carriers. */
  policy(changes?: PolicyChanges): SyncPolicy;
  start(changes?: PolicyChanges): Promise<SyncHandle>;
  /** Starts a sync and lets it write; ends when a round with everything enabled has ended. */
  startEnabled(changes?: PolicyChanges): Promise<SyncHandle>;
  state(handle: SyncHandle): Promise<SyncState>;
  lastRound(handle: SyncHandle): Promise<RoundRecord>;
  /** Asks for a round and waits until it has ended. */
  roundNow(handle: SyncHandle): Promise<RoundRecord>;
  /** The list of the policy's route, as Genesys has it now. */
  routed(): readonly string[];
  /** Calls of the API by method and path with placeholders, since `forgetCalls`. */
  calls(): Readonly<Record<string, number>>;
  forgetCalls(): void;
  close(): Promise<void>;
}

/** An environment on the dev server at `address`, by the wall clock. */
export async function syncEnvironment(address: string, options: ExportEnvironmentOptions): Promise<SyncEnvironment> {
  return syncsOn(await exportEnvironment(address, peopled(options)));
}

/** An environment on a time-skipping server. */
export async function skippingSyncEnvironment(
  server: TestWorkflowEnvironment,
  options: ExportEnvironmentOptions,
): Promise<SyncEnvironment> {
  return syncsOn(await skippingEnvironment(server, peopled(options)));
}

/** Enough agents for a schedule to decide by. */
function peopled(options: ExportEnvironmentOptions): ExportEnvironmentOptions {
  const units = [{ name: `${options.name}, Singapore`, timeZone: 'Asia/Singapore', agents: 60 }];
  return { ...options, organisation: { units, ...options.organisation } };
}

/** Syncs of an environment that is there already; close that. */
export function syncsOn(environment: ExportEnvironment): SyncEnvironment {
  const { simulator, client, taskQueue } = environment;
  const syncId = `trunkSync/${simulator.organisationId}`;
  const started: SyncHandle[] = [];
  staffed(simulator);
  let before: Readonly<Record<string, number>> = {};
  const sync: SyncEnvironment = {
    exports: environment,
    simulator,
    syncId,
    policy: (changes = {}) => SyncPolicy.parse({ ...firstPolicy(simulator), ...changes }),
    async start(changes) {
      const handle = await client.workflow.start<typeof trunkSync>('trunkSync', {
        taskQueue,
        workflowId: syncId,
        args: [{ policy: sync.policy(changes) }],
      });
      started.push(handle);
      return handle;
    },
    async startEnabled(changes) {
      const handle = await sync.start(changes);
      await handle.executeUpdate('enable');
      await eventually('a round that writes has ended', async () => {
        const state = await sync.state(handle);
        return state.enabled && state.next !== 'under way' && (await sync.lastRound(handle)).enabled;
      });
      return handle;
    },
    state: (handle) => handle.query<SyncState>('state'),
    async lastRound(handle) {
      return await eventually('a round has ended', () => handle.query<RoundRecord | null>('lastRound'));
    },
    async roundNow(handle) {
      const { round } = await sync.state(handle);
      await handle.signal('syncNow', {});
      return await eventually('the round that was asked for has ended', async () => {
        const state = await sync.state(handle);
        const last = await sync.lastRound(handle);
        return heeds(round, state, last) && state.next !== 'under way' ? last : null;
      });
    },
    routed: () => {
      const [site] = firstPolicy(simulator).sites;
      const id = site?.routes[0]?.outboundRoute;
      return simulator.telephony.facts().routes.find((route) => route.id === id)?.trunkBaseIds ?? [];
    },
    calls: () => {
      const now = callsOf(simulator);
      const made = Object.entries(now).map(([path, count]) => [path, count - (before[path] ?? 0)] as const);
      return Object.fromEntries(made.filter(([, count]) => count > 0));
    },
    forgetCalls: () => {
      before = callsOf(simulator);
    },
    close: async () => {
      await Promise.all(started.map((handle) => handle.terminate().catch(() => undefined)));
      await environment.close();
    },
  };
  return sync;
}

/** Puts so many agents to work for the next eight hours, whatever the hour of the test. */
export function staffed(simulator: RunningSimulator): void {
  clearSchedules(simulator);
  for (const { id } of simulator.businessUnits)
    simulator.telephony.happen({ kind: 'schedules', businessUnitId: id, addAgents: AGENTS_AT_WORK });
}

/** All calls so far, whatever their answer. */
function callsOf(simulator: RunningSimulator): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(simulator.counts().calls).map(([path, byStatus]) => [
      path,
      Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    ]),
  );
}

/** A policy for the first site: one route over all of its trunk bases, carrier by carrier, and one campaign. */
export function firstPolicy(simulator: RunningSimulator) {
  const facts = simulator.telephony.facts();
  const site = facts.sites.find(({ managed }) => !managed);
  const route = facts.routes.find(({ siteId }) => siteId === site?.id);
  const [businessUnit] = simulator.businessUnits;
  const carriers = [...new Set(facts.trunkBases.map(({ carrier }) => carrier))];
  const trunks = carriers.flatMap((carrier) =>
    facts.trunkBases
      .filter((base) => base.carrier === carrier && base.siteId === site?.id)
      .map(({ id }) => ({ trunkBase: id, carrier, maxCalls: 10 })),
  );
  return {
    metadataTable: facts.tableId,
    holdDownSeconds: 2,
    debounceSeconds: 1,
    sites: [
      {
        site: site?.id ?? '',
        businessUnit: businessUnit?.id ?? '',
        routes: [{ outboundRoute: route?.id ?? '', callsPerAgent: 1.5, minimumTrunks: 2, trunks }],
        campaigns: facts.campaigns
          .filter(({ siteId }) => siteId === site?.id)
          .slice(0, 1)
          .map(({ id }) => ({ campaign: id, linesPerAgent: 1.2 })),
      },
    ],
  };
}
