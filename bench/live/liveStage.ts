import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { stormPolicy } from '../../src/cli/demo/sync/stormPolicy.js';
import { type TelephonyFacts, TelephonyControl } from '../../src/cli/demo/sync/telephonyControl.js';
import type { LiveState } from '../../src/domain/live/liveState.js';
import { openDuckdbLiveStore } from '../../src/warehouse/live/openDuckdbLiveStore.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';
import { withStageParts } from '../stageParts.js';
import { startWorkerProcess } from '../startProcesses.js';
import { OrganisationControl } from './organisationControl.js';

const WHOLE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** A live feed at work, all real but the organisation, each part in a process of its own. */
export interface LiveStage {
  readonly client: Client;
  readonly control: OrganisationControl;
  readonly telephony: TelephonyControl;
  readonly facts: TelephonyFacts;
  readonly businessUnitId: string;
  readonly sync: { readonly workflowId: string; readonly runId: string };
  /** The rows, opened by the measuring process. */
  readonly store: LiveStore;
  state(): Promise<LiveState>;
  close(): Promise<void>;
}

/** Starts a Temporal server on a file, the simulator, `rosterline worker`, the sync and the feed, and waits until the feed is whole. */
export async function startLiveStage(say: (line: string) => void): Promise<LiveStage> {
  return await withStageParts(
    { seed: 23, turnover: false },
    say,
    async ({ directory, server, client, simulator: { ready }, closing }) => {
      await startWorkerProcess(ready, server.address, directory, closing);
      const control = new OrganisationControl(ready.controlUrl);
      const telephony = new TelephonyControl(ready.controlUrl);
      const facts = await telephony.facts();
      const businessUnitId = (await control.agents())[0]?.adherence.businessUnit.id ?? '';
      const policy = stormPolicy(facts, businessUnitId, { holdDownSeconds: 60, debounceSeconds: 10 });
      const sync = await client.workflow.start('trunkSync', {
        taskQueue: 'rosterline',
        workflowId: `trunkSync/${ready.organisationId}`,
        args: [{ policy }],
      });
      const feed = await client.workflow.start('liveFeed', {
        taskQueue: 'rosterline',
        workflowId: `liveFeed/${ready.organisationId}`,
        args: [],
      });
      const state = (): Promise<LiveState> => feed.query<LiveState>('state');
      say('the feed subscribes, and reads what was missed');
      await untilWhole(state);
      const store = openDuckdbLiveStore({
        path: join(directory, 'live.duckdb'),
        tempDirectory: join(directory, 'bench'),
      });
      return {
        client,
        control,
        telephony,
        facts,
        businessUnitId,
        sync: { workflowId: sync.workflowId, runId: sync.firstExecutionRunId },
        store,
        state,
        close: () => closing.close(),
      };
    },
  );
}

async function untilWhole(state: () => Promise<LiveState>): Promise<void> {
  for (const giveUpAtMs = Date.now() + WHOLE_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    const now = await state().catch(() => null);
    if (now?.whole) return;
    if (Date.now() > giveUpAtMs) throw new Error(`the feed is not whole: ${JSON.stringify(now)}`);
  }
}
