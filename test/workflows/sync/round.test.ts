import { afterEach, describe, expect, it } from '@jest/globals';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;
afterEach(() => sync.close());

describe('the trunk sync', () => {
  it('observes a new policy: decides, seals and shows, and writes nothing until it is enabled', async () => {
    sync = await syncEnvironment(address, { name: 'an observed policy' });
    const handle = await sync.start();
    const observed = await sync.lastRound(handle);
    expect(observed).toMatchObject({ round: 1, enabled: false, writes: [], causes: { start: 1 } });
    expect(observed.heldWrites.length).toBeGreaterThan(0);
    expect(sync.simulator.telephony.writes()).toEqual([]);
  });
});
