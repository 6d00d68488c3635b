import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedServer } from '../../../temporal/embeddedServer.js';
import type { Closing } from '../../closing.js';
import { duration } from '../../progressText.js';
import type { StatusLine } from '../../statusLine.js';
import { sweepDemo } from '../sweepDemo.js';
import { type FinalState, finalState } from './finalState.js';
import { runStorm } from './runStorm.js';
import { stormEvents } from './storm.js';
import { type Moment, stormPicture } from './stormPicture.js';
import { startSyncStage, type SyncStage } from './syncStage.js';
import type { StormCounts } from './telephonyControl.js';

/** The storm of the complaint in a third of its time, with a third of its events. */
const STORM = { seconds: 25, edits: 13, failovers: 6 };
/** Counted so long after the last event: a gate that the last failover closed for 30 s is open again by then. */
const AFTER_SECONDS = 36;
const HOLD_DOWN_SECONDS = 8;
const DEBOUNCE_SECONDS = 10;
const SEED = 8;
const SIMULATE = ['--seed', String(SEED), '--scenario', 'failover-storm'];

/** What the demonstration of the trunk sync came to. */
export interface SyncDemoReport {
  readonly picture: readonly string[];
  readonly events: { readonly edits: number; readonly failovers: number; readonly seconds: number };
  readonly ours: SideReport;
  readonly loop: SideReport;
  readonly rounds: number;
  readonly why: string;
  readonly ui: string;
  readonly seconds: number;
}

interface SideReport {
  readonly counts: StormCounts;
  readonly final: FinalState;
}

/** A failover storm over schedule changes: the sync beside the loop of the complaint, each with an organisation of its own. */
export async function runSyncDemo(directory: string, status: StatusLine, closing: Closing): Promise<SyncDemoReport> {
  const startedAt = Date.now();
  const say = (line: string): void => status.say(`${duration(Date.now() - startedAt).padStart(6)}  ${line}`);
  await sweepDemo(directory, status);
  const server = await startEmbeddedServer({ dataDirectory: directory, log: (line) => status.say(line) });
  closing.add(() => server.stop());
  const stage = await startSyncStage(
    {
      directory,
      server,
      simulate: SIMULATE,
      holdDownSeconds: HOLD_DOWN_SECONDS,
      debounceSeconds: DEBOUNCE_SECONDS,
      agents: 16,
    },
    closing,
  );
  say(
    `a Temporal server (UI ${server.uiUrl}), two organisations alike, a worker and its sync run; the sync is enabled`,
  );
  const moments: Moment[] = [{ name: 'before', facts: await stage.ours.control.facts() }];
  const before = await stage.state();
  await Promise.all([stage.ours, stage.loop].map(({ control }) => control.resetCounts()));
  say(
    `the storm: ${STORM.edits} schedule edits and ${STORM.failovers} failovers in ${STORM.seconds} s, for both at the same instants`,
  );
  const events = stormEvents(SEED, STORM, trunkBasesOf(stage));
  await runStorm(events, stage.businessUnit, [stage.ours, stage.loop], (event, left) => {
    if (event.kind === 'trunk')
      say(`${nameOf(moments[0], event.trunkBase)} ${event.connected ? 'is back' : 'goes down'}`);
    status.show(`${left} events to come`);
  });
  moments.push({ name: 'during', facts: await stage.ours.control.facts() });
  say(`the storm is over; counted for ${AFTER_SECONDS} s more`);
  await sleep(AFTER_SECONDS * 1000);
  const [oursCounts, loopCounts] = await Promise.all([stage.ours.control.counts(), stage.loop.control.counts()]);
  stage.stopLoop();
  const after = await stage.ours.control.facts();
  moments.push({ name: 'after', facts: after });
  const last = await stage.lastRound();
  const [route] = last?.routes ?? [];
  const agents = route?.agents ?? 0;
  const state = await stage.state();
  status.end();
  return {
    picture: stormPicture(stage.policy, moments),
    events: STORM,
    ours: { counts: oursCounts, final: finalState(stage.policy, after, agents) },
    loop: { counts: loopCounts, final: finalState(stage.policy, await stage.loop.control.facts(), agents) },
    rounds: state.round - before.round,
    why: route?.why ?? '',
    ui: server.uiUrl,
    seconds: Math.round((Date.now() - startedAt) / 100) / 10,
  };
}

/** Trunk bases as the first route prefers them. */
export function trunkBasesOf({ policy }: SyncStage): string[] {
  return (policy.sites[0]?.routes[0]?.trunks ?? []).map(({ trunkBase }) => trunkBase);
}

function nameOf(moment: Moment | undefined, trunkBase: string): string {
  return moment?.facts.trunkBases.find(({ id }) => id === trunkBase)?.name ?? trunkBase;
}
