import { setTimeout as sleep } from 'node:timers/promises';
import { finalState } from '../../src/cli/demo/sync/finalState.js';
import { organisationEvent } from '../../src/cli/demo/sync/runStorm.js';
import type { StormEvent } from '../../src/cli/demo/sync/storm.js';
import type { SyncStage } from '../../src/cli/demo/sync/syncStage.js';

const LOOK_EVERY_MS = 50;
const WRITTEN_WITHIN_MS = 90_000;
/** Between the two trunks that fail behind one gate. */
const SECOND_AFTER_MS = 1500;

/** What a sync does where no storm rages. */
export interface CalmFigures {
  readonly quietCalls: number;
  readonly quietWrites: number;
  /** From each signal to the accepted write of the route. */
  readonly failoverSeconds: readonly number[];
  readonly roundsAfterGate: number;
  readonly secondsAfterGate: number;
  readonly wrongAfterGate: number;
}

/** Measures a round with nothing changed, failovers one by one, and two failovers behind a closed gate. */
export async function calmFigures(
  stage: SyncStage,
  { failovers, gateSeconds }: { readonly failovers: number; readonly gateSeconds: number },
  say: (line: string) => void,
): Promise<CalmFigures> {
  const { control } = stage.ours;
  // The first round after 'enable' wrote; the one after it may still adjust line counts.
  await stage.round();
  await untilQuiet(stage);
  await control.resetCounts();
  const writesBefore = (await control.writes()).length;
  await stage.round();
  const { made } = await control.counts();
  const quietWrites = (await control.writes()).length - writesBefore;

  const failoverSeconds: number[] = [];
  for (let at = 0; at < failovers; at++) {
    say(`failover ${at + 1} of ${failovers}`);
    const signalledMs = await fail(stage, await firstOfRoute(stage));
    failoverSeconds.push(((await routeWrittenAfter(stage, signalledMs)) - signalledMs) / 1000);
  }

  say(`failovers behind a gate of ${gateSeconds} s`);
  const path = '/api/v2/telephony/providers/edges/sites/[^/]+/outboundroutes/';
  await control.fault({ kind: 'throttle', method: 'PUT', path, retryAfter: gateSeconds, times: 1, closes: true });
  const [first, second] = (await routeOf(stage)).slice(0, 2);
  if (first === undefined || second === undefined) throw new Error('the route has fewer than two trunks');
  const closedMs = await fail(stage, first);
  await sleep(SECOND_AFTER_MS);
  await fail(stage, second);
  const throttled = await until(async () => (await stage.state()).throttledUntil, 'the sync waits behind the gate');
  const opensMs = Date.parse(throttled);
  await sleep(Math.max(0, opensMs - Date.now() - 100));
  const { round: before } = await stage.state();
  const writtenMs = await routeWrittenAfter(stage, closedMs);
  const after = await until(async () => {
    const state = await stage.state();
    return state.throttledUntil === null && Date.parse(state.at ?? '') >= writtenMs ? state : null;
  }, 'the round behind the gate ends');
  const agents = (await stage.lastRound())?.routes[0]?.agents ?? 0;
  const { wrong } = finalState(stage.policy, await control.facts(), agents);
  return {
    quietCalls: made,
    quietWrites,
    failoverSeconds,
    roundsAfterGate: after.round - before,
    secondsAfterGate: (writtenMs - opensMs) / 1000,
    wrongAfterGate: wrong.length,
  };
}

/** A row written less than a minute ago makes a round of its own later: by then there is nothing left to do. */
async function untilQuiet(stage: SyncStage): Promise<void> {
  await until(async () => {
    const { heldWrites, throttledUntil } = await stage.state();
    return heldWrites === 0 && throttledUntil === null ? true : null;
  }, 'nothing is held back');
}

/** Takes a trunk down and signals it. @returns when it was signalled. */
async function fail(stage: SyncStage, trunkBase: string): Promise<number> {
  const event: StormEvent = { atMs: 0, kind: 'trunk', trunkBase, connected: false };
  await stage.ours.control.script([{ afterSeconds: 0, event: organisationEvent(event, stage.businessUnit) }]);
  const signalledMs = Date.now();
  stage.ours.notify(event);
  return signalledMs;
}

async function routeOf({ ours, policy }: SyncStage): Promise<readonly string[]> {
  const facts = await ours.control.facts();
  return facts.routes.find(({ id }) => id === policy.sites[0]?.routes[0]?.outboundRoute)?.trunkBaseIds ?? [];
}

async function firstOfRoute(stage: SyncStage): Promise<string> {
  const [first] = await routeOf(stage);
  if (first === undefined) throw new Error('the route has no trunk');
  return first;
}

/** When the first write of a route after an instant was accepted, by the organisation's own clock. */
async function routeWrittenAfter({ ours }: SyncStage, sinceMs: number): Promise<number> {
  return await until(async () => {
    const written = (await ours.control.writes()).find(({ kind, at }) => kind === 'route' && Date.parse(at) >= sinceMs);
    return written ? Date.parse(written.at) : null;
  }, 'the route is rewritten');
}

async function until<T>(look: () => Promise<T | null>, what: string): Promise<T> {
  for (const giveUpAtMs = Date.now() + WRITTEN_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > giveUpAtMs) throw new Error(`waited ${WRITTEN_WITHIN_MS / 1000} s for nothing: ${what}`);
  }
}
