import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import type { SyncState } from '../../domain/sync/syncState.js';
import { policyHash } from '../../domain/sync/policyHash.js';
import { withProgress } from '../../temporal/progressLog.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { createStatusLine } from '../statusLine.js';
import { heeds } from './heeds.js';
import { lastRoundOf, type RunningSync, stateOf, withRunningSync } from './runningSync.js';
import { tellStatus } from './showStatus.js';

const LOOK_AGAIN_MS = 500;
/** A round under way ends within this, unless the API is closed for longer. */
const ENDS_WITHIN_MS = 60_000;

/** Lets the sync write, for the policy that it runs with. */
export async function enableSync(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningSync(config, async (sync) => {
    const before = await stateOf(sync);
    if (config.sync !== null && before.policyHash !== null && policyHash(config.sync) !== before.policyHash)
      throw new Failure(
        'InvalidInput',
        "the sync runs with another policy than the configuration has: nothing was enabled. Give it this one first ('rosterline sync start'), and look at 'rosterline sync plan'.",
      );
    await sync.ask((handle) =>
      handle.executeUpdate('enable', { args: [before.policyHash === null ? {} : { policyHash: before.policyHash }] }),
    );
    return await tellAfter(sync, output, 'the sync writes from now on, for this policy; a changed one observes again');
  });
}

/** Approves what a round waits with. */
export async function approveRound(config: Config, round: number, output: Output): Promise<ExitCode> {
  return await withRunningSync(config, async (sync) => {
    await sync.ask((handle) => handle.executeUpdate('approve', { args: [{ round }] }));
    return await tellAfter(sync, output, `round ${round} is approved, for as long as the decision is the same`);
  });
}

/** Asks for a round. With `wait`, until one that began later has ended. */
export async function syncNow(
  config: Config,
  { reason, wait }: { readonly reason?: string; readonly wait?: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withRunningSync(config, async (sync) => {
    const before = wait ? await stateOf(sync) : null;
    await sync.handle.signal('syncNow', reason === undefined ? {} : { reason });
    if (before === null) {
      output.say("a round was asked for: see 'rosterline sync status'");
      output.result({ asked: true });
      return EXIT.done;
    }
    const state = await untilHeeded(sync, before.round);
    await tellStatus(sync, state, output);
    return state.problem === null ? EXIT.done : EXIT.failed;
  });
}

/** Stops the sync cleanly and waits for it. */
export async function stopSync(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningSync(config, async ({ handle }) => {
    await handle.cancel();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const status = await withProgress('waiting for the write under way to end', say, async () => {
      for (const giveUpAtMs = Date.now() + ENDS_WITHIN_MS; ; await sleep(LOOK_AGAIN_MS)) {
        const { status: now } = await handle.describe();
        if (now.name !== 'RUNNING' || Date.now() > giveUpAtMs) return now.name;
      }
    });
    if (status === 'RUNNING')
      throw new Failure(
        'Blocked',
        `the sync was told to stop and has not ended within ${ENDS_WITHIN_MS / 1000} s: it ends with the next answer of a worker ('rosterline worker'). Routes stay as they are.`,
      );
    output.say('the sync has stopped; routes stay as they are');
    output.result({ stopped: true, workflowId: handle.workflowId });
    return EXIT.done;
  });
}

async function tellAfter(sync: RunningSync, output: Output, told: string): Promise<ExitCode> {
  output.say(told);
  output.result(await stateOf(sync));
  return EXIT.done;
}

/** Waits until a round that heeds a signal has ended, saying what it waits for. */
async function untilHeeded(sync: RunningSync, before: number): Promise<SyncState> {
  const status = createStatusLine();
  try {
    for (;;) {
      const state = await stateOf(sync);
      if (heeds(before, state, await lastRoundOf(sync))) return state;
      status.show(state.throttledUntil === null ? state.next : `the API is closed until ${state.throttledUntil}`);
      await sleep(LOOK_AGAIN_MS);
    }
  } finally {
    status.end();
  }
}
