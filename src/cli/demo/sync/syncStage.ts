import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { SyncPolicy } from '../../../domain/sync/syncPolicy.js';
import type { RoundRecord, SyncState } from '../../../domain/sync/syncState.js';
import type { EmbeddedServer } from '../../../temporal/embeddedServer.js';
import type { Closing } from '../../closing.js';
import { heeds } from '../../sync/heeds.js';
import { TRUNK_SYNC } from '../../sync/runningSync.js';
import { startChildCommand } from '../childCommand.js';
import { type LoopSettings, startComplaintLoop } from './complaintLoop.js';
import type { Stormed } from './runStorm.js';
import type { StormEvent } from './storm.js';
import { stormPolicy } from './stormPolicy.js';
import { TelephonyControl } from './telephonyControl.js';

const LOOK_EVERY_MS = 200;
const ROUND_WITHIN_MS = 60_000;

/** Two organisations alike: one with the sync, one with the loop of the complaint. */
export interface SyncStage {
  readonly policy: SyncPolicy;
  readonly businessUnit: string;
  readonly ours: Stormed & { readonly handle: WorkflowHandle };
  readonly loop: Stormed;
  /** Which trunk of a trunk base the organisation has, for a signal. */
  state(): Promise<SyncState>;
  lastRound(): Promise<RoundRecord | null>;
  /** Asks for a round and waits until it has ended. */
  round(): Promise<SyncState>;
  /** Ends the loop: what it still waits for is given up. */
  stopLoop(): void;
}

export interface SyncStageOptions {
  readonly directory: string;
  readonly server: EmbeddedServer;
  /** Options of `rosterline simulate` for both organisations. */
  readonly simulate: readonly string[];
  readonly holdDownSeconds: number;
  readonly debounceSeconds: number;
  /** Agents who work in the running hour, beside those who are scheduled anyway. */
  readonly agents: number;
}

/** Starts two simulated organisations and a worker for the first, and its sync; enables it and waits until its routes are as decided. */
export async function startSyncStage(options: SyncStageOptions, closing: Closing): Promise<SyncStage> {
  const { directory, server, simulate, agents } = options;
  const [first, second] = await Promise.all(
    ['ours', 'loop'].map(async (name) => {
      const child = await startChildCommand(
        ['simulate', '--port', '0', ...simulate],
        {},
        path.join(directory, `${name}.log`),
      );
      closing.add(() => child.stop());
      return child.ready;
    }),
  );
  if (!first || !second) throw new Error('the simulated organisations did not start');
  const [control, loopControl] = [first, second].map((ready) => new TelephonyControl(String(ready['control'])));
  if (!control || !loopControl) throw new Error('the simulated organisations have no switches');
  const facts = await control.facts();
  const businessUnit = await businessUnitOf(first);
  const policy = stormPolicy(facts, businessUnit, options);
  for (const one of [control, loopControl])
    await one.script([
      { afterSeconds: 0, event: { kind: 'schedules', businessUnitId: businessUnit, addAgents: agents } },
    ]);

  const worker = await startChildCommand(
    ['worker'],
    {
      GENESYS_API_URL: String(first['url']),
      GENESYS_LOGIN_URL: String(first['url']),
      GENESYS_CLIENT_ID: String(first['clientId']),
      GENESYS_CLIENT_SECRET: String(first['clientSecret']),
      ROSTERLINE_DATA: directory,
      TEMPORAL_ADDRESS: server.address,
    },
    path.join(directory, 'worker.log'),
  );
  closing.add(() => worker.stop());
  const connection = await Connection.connect({ address: server.address });
  closing.add(() => connection.close());
  const handle = await new Client({ connection }).workflow.start(TRUNK_SYNC, {
    taskQueue: 'rosterline',
    workflowId: `${TRUNK_SYNC}/${String(worker.ready['organisationId'])}`,
    args: [{ policy }],
    staticSummary: 'Trunk sync of one site',
  });

  const giveUp = new AbortController();
  closing.add(() => Promise.resolve(giveUp.abort()));
  const onEvent = await startComplaintLoop(loopSettings(second, policy, businessUnit), giveUp.signal);
  const state = (): Promise<SyncState> => handle.query<SyncState>('state');
  const lastRound = (): Promise<RoundRecord | null> => handle.query<RoundRecord | null>('lastRound');
  const untilState = async (holds: (now: SyncState) => boolean | Promise<boolean>): Promise<SyncState> => {
    for (const giveUpAtMs = Date.now() + ROUND_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
      const now = await state();
      if (await holds(now)) return now;
      if (Date.now() > giveUpAtMs) throw new Error(`no round within ${ROUND_WITHIN_MS / 1000} s: ${now.next}`);
    }
  };
  const round = async (): Promise<SyncState> => {
    const { round: before } = await state();
    await handle.signal('syncNow', {});
    return await untilState(async (now) => heeds(before, now, await lastRound()));
  };

  const { policyHash } = await untilState((now) => now.round > 0);
  await handle.executeUpdate('enable', { args: [{ policyHash }] });
  await round();
  const trunks = trunkIds(facts.trunkBases);
  return {
    policy,
    businessUnit,
    // An event that does not reach the sync is made up for by its own next look, as one that the organisation never sent.
    ours: {
      control,
      handle,
      notify: (event) => void signal(handle, event, businessUnit, trunks).catch(() => undefined),
    },
    loop: { control: loopControl, notify: () => void onEvent().catch(() => undefined) },
    state,
    lastRound,
    round,
    stopLoop: () => giveUp.abort(),
  };
}

async function signal(
  handle: WorkflowHandle,
  event: StormEvent,
  businessUnitId: string,
  trunks: ReadonlyMap<string, string>,
): Promise<void> {
  if (event.kind === 'schedule') return await handle.signal('scheduleChanged', { businessUnitId });
  const { trunkBase, connected } = event;
  await handle.signal('trunkChanged', {
    trunkId: trunks.get(trunkBase) ?? trunkBase,
    trunkBaseId: trunkBase,
    connected,
    at: new Date().toISOString(),
  });
}

function trunkIds(bases: readonly { id: string; trunkIds: string[] }[]): Map<string, string> {
  return new Map(bases.map(({ id, trunkIds: [first = id] }) => [id, first]));
}

/** The one business unit of the simulated organisation, asked for plainly: the worker's calls are not to be mixed up with it. */
async function businessUnitOf(ready: Record<string, unknown>): Promise<string> {
  const [url, id, secret] = ['url', 'clientId', 'clientSecret'].map((name) => String(ready[name]));
  const login = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const { access_token } = (await login.json()) as { access_token: string };
  const listed = await fetch(`${url}/api/v2/workforcemanagement/businessunits`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  const { entities } = (await listed.json()) as { entities: { id: string }[] };
  if (!entities[0]) throw new Error('the simulated organisation has no business unit');
  return entities[0].id;
}

function loopSettings(ready: Record<string, unknown>, policy: SyncPolicy, businessUnit: string): LoopSettings {
  const [site] = policy.sites;
  const [route] = site?.routes ?? [];
  if (!site || !route || policy.metadataTable === undefined) throw new Error('the policy names no route or table');
  return {
    url: String(ready['url']),
    clientId: String(ready['clientId']),
    clientSecret: String(ready['clientSecret']),
    businessUnit,
    site: site.site,
    outboundRoute: route.outboundRoute,
    table: policy.metadataTable,
    trunkBases: route.trunks.map(({ trunkBase, carrier }) => ({ id: trunkBase, carrier })),
  };
}
