import { afterEach, describe, expect, it } from '@jest/globals';
import { openPostgresLiveStore } from '../../../src/warehouse/live/openPostgresLiveStore.js';
import { eventually } from '../../support/eventually.js';
import { textsIn } from '../../support/historyTexts.js';
import { batch } from '../../support/liveBatches.js';
import { type LiveRig, startLiveRig } from '../../support/liveRig.js';
import { postgresServer, testSchema, type TestSchema } from '../../support/postgresServer.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { temporalServer } from '../../support/temporalServer.js';
import { wrongLiveRows } from '../../support/wrongLiveRows.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
const server = await postgresServer();
const HOUR_MS = 3_600_000;
let schema: TestSchema;
let rig: LiveRig;
afterEach(async () => {
  await rig.close();
  await schema.drop();
});

async function untilRight(): Promise<void> {
  await eventually('all rows are right', async () => (await wrongLiveRows(rig.simulator, rig.store)).length === 0);
}

describe('a listener', () => {
  it('is taken over by another worker, whose clock is an hour wrong: the gap has its bounds, nothing is missed, and the first may write no more', async () => {
    schema = await testSchema(server);
    rig = await startLiveRig(address, {
      name: 'taken over',
      openStore: () => openPostgresLiveStore(schema.config),
    });
    const first = await rig.startWorker();
    const handle = await rig.start();
    await rig.whole();
    await rig.startWorker(() => Date.now() + HOUR_MS);
    const stoppedMs = Date.now();
    await first.stop();
    rig.simulator.notifications.move(30);
    const state = await rig.whole(1);
    await untilRight();
    expect(state).toMatchObject({ takeOver: 2, takeOvers: 2, problem: null });

    const [gap] = await rig.store.gaps(1);
    expect(gap).toMatchObject({ takeOver: 2, cause: 'takenOver', read: 14, problem: null });
    expect(Math.abs(Number(gap?.fromMs) - stoppedMs)).toBeLessThan(60_000);
    expect(Math.abs(Number(gap?.toMs) - Date.now())).toBeLessThan(60_000);
    expect(Number(gap?.recoveredMs)).toBeGreaterThanOrEqual(Number(gap?.toMs));
    await expect(rig.store.write(1, batch())).rejects.toMatchObject({ name: 'Conflict' });

    // Hours of order: what comes is written, whatever this machine thinks that the time is.
    rig.simulator.notifications.move(30);
    await untilRight();

    // A stranger who writes to the same tables ends this listener, and it says so.
    await rig.store.claim({ organisationId: rig.simulator.organisationId, after: 0 });
    await eventually('it says who', async () => (await rig.state()).problem?.includes('listener 3 has taken over'));
    expect((await rig.state()).connected).toBe(false);

    const texts = textsIn(await handle.fetchHistory()).join('\n');
    for (const { userId } of rig.simulator.notifications.agents()) expect(texts).not.toContain(userId);
    for (const { id } of rig.simulator.notifications.channels()) expect(texts).not.toContain(id);
  });
});
