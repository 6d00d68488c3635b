import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { acceptedCall, type KeeperRig, refusal, startKeeperRig } from '../support/keeperRig.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let rig: KeeperRig;
afterEach(() => rig.close());

/** Signals and updates that the keeper was told, of all runs. */
async function toldTimes(signal: string): Promise<number> {
  const events = (await rig.runs()).flat();
  return events.filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === signal).length;
}

describe('the keeper of the budget', () => {
  it('is there as soon as a worker is, and tells one worker of a gate that another met within 300 ms', async () => {
    rig = await startKeeperRig(address);
    const [one, other] = [rig.link(), rig.link()];
    await eventually('it answers', async () => (await other.look()).workers === 0 && (await rig.limits()));
    const late: number[] = [];
    const allowed: number[] = [];
    for (let gate = 1; gate <= 5; gate++) {
      const met = refusal({ toldMs: 10_000 * gate });
      const refusedMs = performance.now();
      one.refused(met);
      await eventually('the other sees it', async () => {
        const { families } = await other.look();
        // Never earlier than told; what was learnt may keep it closed a little longer.
        return (families['wfm-jobs']?.gate?.untilMs ?? 0) >= met.untilMs;
      });
      late.push(performance.now() - refusedMs);
      const askedMs = performance.now();
      await rig.keeper.signal('documented', { v: 1, limits: [] });
      await rig.view();
      // What a word to the keeper and its answer take: where that is over 60 ms, the machine is busy.
      allowed.push(Math.max(300, 5 * (performance.now() - askedMs)));
    }
    process.stdout.write(`a gate is seen by another worker after ${late.map(Math.round).join(', ')} ms\n`);
    expect(median(late)).toBeLessThan(median(allowed));
    expect((await rig.limits()).families.find(({ family }) => family === 'wfm-jobs')).toMatchObject({
      refusedLastHour: 5,
      gateUntil: expect.any(String),
      why: expect.stringContaining('429'),
    });
  });

  it('counts once what it is told twice, and ignores what it cannot read', async () => {
    rig = await startKeeperRig(address);
    const link = rig.link();
    const met = refusal();
    link.refused(met);
    link.refused(met);
    await eventually('told twice', async () => (await toldTimes('refused').catch(() => 0)) === 2);
    const tally = { v: 1, worker: 'w', number: 3, atMs: Date.now(), counters: null };
    const calls = { accepted: 7, urgentCalls: 0, firstSentMs: Date.now(), lastSentMs: Date.now(), slices: [] };
    const families = { 'wfm-jobs': { ...calls, jobsStarted: 5, jobsEnded: 1 } };
    await rig.keeper.signal('tally', { ...tally, families });
    await rig.keeper.signal('tally', { ...tally, families });
    await rig.keeper.signal('tally', { ...tally, number: 2, families });
    for (const rubbish of [null, 'no', { v: 2 }, { ...met, v: 1, worker: 'w', receivedMs: Number.NaN }, []])
      for (const signal of ['refused', 'tally', 'documented']) await rig.keeper.signal(signal, rubbish);
    const row = (await rig.limits()).families.find(({ family }) => family === 'wfm-jobs');
    expect(row).toMatchObject({ refusedLastHour: 1, usedNow: { callsLastMinute: 7, jobsInFlight: 4 } });
    expect((await rig.keeper.describe()).status.name).toBe('RUNNING');
  });

  it('starts again when somebody terminates it, and gives up no gate that a worker has seen', async () => {
    rig = await startKeeperRig(address);
    const link = rig.link();
    link.refused(refusal());
    await eventually('the gate shows', async () => (await link.look()).families['wfm-jobs']?.gate);
    const { runId } = await rig.keeper.describe();
    await rig.keeper.terminate('by hand');
    expect((await link.look({ fresh: true })).families['wfm-jobs']?.gate).not.toBeNull();
    const next = await eventually('another run', async () => {
      await link.look();
      const now = await rig.keeper.describe();
      return now.runId !== runId && now;
    });
    expect(next.status.name).toBe('RUNNING');
  });

  it('leaves a gate closed for workers that only heard of it, when somebody terminates it', async () => {
    rig = await startKeeperRig(address);
    const [one, other] = [rig.link(), rig.link()];
    const met = refusal();
    one.refused(met);
    const closed = async () => (await other.look()).families['wfm-jobs']?.gate?.untilMs === met.untilMs;
    await eventually('the other sees it', closed);
    await rig.keeper.terminate('by hand');
    await eventually('another keeper, which knows nothing of it', async () => {
      await one.look();
      return (await rig.view().catch(() => null))?.families['wfm-jobs']?.gate === undefined;
    });
    for (let look = 0; look < 5; look++) {
      await other.look({ fresh: true });
      expect(await closed()).toBe(true);
    }
  });

  it('keeps what it was told while nothing ran it, and through a stop of every worker', async () => {
    rig = await startKeeperRig(address);
    const link = rig.link();
    link.refused(refusal());
    await eventually('the gate shows', async () => (await link.look()).families['wfm-jobs']?.gate);
    await rig.stopWorkers();
    const longer = refusal({ toldMs: 90_000 });
    link.refused(longer);
    const startedMs = performance.now();
    await link.look({ fresh: true });
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await rig.startWorkers();
    await eventually('the longer gate shows', async () => {
      return (await link.look()).families['wfm-jobs']?.gate?.untilMs === longer.untilMs;
    });
  });
});

describe('rates that an operator sets', () => {
  it('reach the task queue of their family, and leave it when they are forgotten', async () => {
    rig = await startKeeperRig(address);
    rig.link();
    await eventually('it answers', () => rig.limits().catch(() => null));
    await expect(
      rig.keeper.executeUpdate('setLimit', { args: [{ family: 'analytics', rate: 'often' }] }),
    ).rejects.toThrow();
    await rig.keeper.executeUpdate('setLimit', { args: [{ family: 'analytics', rate: '30/min' }] });
    await eventually('the queue has it', async () => (await rig.queueRate('analytics')) === 0.5);
    expect((await rig.view()).families.analytics).toMatchObject({ ratePerSecond: 0.5, pacedBy: 'queue' });
    await rig.keeper.executeUpdate('forgetLimit', { args: [{ family: 'analytics' }] });
    await eventually('the queue has none', async () => (await rig.queueRate('analytics')) === null);
  });

  it('are paced by the workers where the server sets none, which is said once', async () => {
    const impossible = 'the Temporal server cannot set rates on task queues';
    rig = await startKeeperRig(address, { setQueueRates: () => Promise.resolve({ impossible }) });
    rig.link();
    await eventually('it answers', () => rig.limits().catch(() => null));
    await rig.keeper.executeUpdate('setLimit', { args: [{ family: 'analytics', rate: '30/min' }] });
    await eventually('it knows', async () => (await rig.limits()).notes.length === 1);
    await rig.keeper.executeUpdate('setLimit', { args: [{ family: 'analytics', rate: '20/min' }] });
    expect((await rig.view()).families.analytics).toMatchObject({ ratePerSecond: 1 / 3, pacedBy: 'client' });
    expect((await rig.limits()).notes).toEqual([impossible]);
  });
});

describe('the cost of the keeper', () => {
  it('is few events a refusal and a tally, and none while nothing is told', async () => {
    rig = await startKeeperRig(address);
    const link = rig.link();
    await eventually('it answers', () => rig.limits().catch(() => null));
    await eventually('it has set its rates', async () =>
      (await rig.runs()).at(-1)?.some((event) => event.activityTaskCompletedEventAttributes),
    );
    const events = async () => (await rig.runs()).flat().length;
    /** Waits for two seconds in which nothing was added. */
    const quiet = async (): Promise<number> =>
      await eventually('nothing is added', async () => {
        const before = await events();
        await sleep(2_000);
        return (await events()) === before && before;
      });
    const before = await quiet();

    link.accepted(acceptedCall());
    link.refused(refusal({ toldMs: null }));
    await eventually('both are told', async () => (await toldTimes('refused')) + (await toldTimes('tally')) >= 2);
    const refused = (await quiet()) - before;
    process.stdout.write(`${refused} events for a refusal with the tally before it\n`);
    expect(refused).toBeLessThanOrEqual(20);
  });
});

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN;
}
