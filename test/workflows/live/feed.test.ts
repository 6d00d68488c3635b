import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { type LiveRig, startLiveRig } from '../../support/liveRig.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let rig: LiveRig;
afterEach(() => rig.close());

/** Users whose rows say something else than the organisation does now. */
async function wrongRows(): Promise<string[]> {
  const agents = rig.simulator.notifications.agents();
  const adherence = await rig.store.query('SELECT user_id, adherence_state, routing_status FROM adherence_live');
  const occupancy = await rig.store.query('SELECT user_id, routing_status, status_since FROM occupancy_live');
  return agents.flatMap(({ userId, adherence: now, routingStatus }) => {
    const row = adherence.find(({ user_id }) => user_id === userId);
    const status = occupancy.find(({ user_id }) => user_id === userId);
    const expected = routingStatus['status'];
    const isRight = row?.['adherence_state'] === now['adherenceState'] && status?.['routing_status'] === expected;
    return isRight ? [] : [`${JSON.stringify(row)} ${JSON.stringify(status)}`];
  });
}

describe('the live feed', () => {
  it('reads who does what when it begins, hears what changes, and writes each change as a row', async () => {
    rig = await startLiveRig(address, { name: 'hears what changes' });
    await rig.startWorker();
    await rig.start();
    const state = await rig.whole();
    expect(state).toMatchObject({ takeOver: 1, connected: true, channels: 1, problem: null, rejected: [] });
    expect(await wrongRows()).toEqual([]);
    rig.simulator.notifications.move(40);
    await eventually('all rows are right', async () => (await wrongRows()).length === 0);
    const sources = await rig.store.query('SELECT DISTINCT source FROM occupancy_live ORDER BY source');
    expect(sources).toContainEqual({ source: 'event' });
    expect(await rig.store.gaps(10)).toMatchObject([{ cause: 'started', fromMs: null, problem: null }]);
  });
});
