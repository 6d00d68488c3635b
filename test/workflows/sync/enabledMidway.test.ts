import { defaultPayloadConverter } from '@temporalio/common';
import { afterEach, expect, it } from '@jest/globals';
import type { RoundSeal } from '../../../src/domain/sync/roundSeal.js';
import { eventually } from '../../support/eventually.js';
import { HeldPayloads } from '../../support/heldPayloads.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';
import { eventsOf } from '../../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;
afterEach(() => sync.close());

/** The seals that a sync has asked for, by the number of their round. */
async function seals(): Promise<Map<number, RoundSeal>> {
  const asked = (await eventsOf(sync.exports, sync.syncId)).flatMap(
    ({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'sealSyncRound' ? (scheduled.input?.payloads ?? []) : [],
  );
  const sealed = asked.map((payload) => defaultPayloadConverter.fromPayload<{ seal: RoundSeal }>(payload).seal);
  return new Map(sealed.map((seal) => [seal.round, seal]));
}

it('a round during which its policy is enabled is sealed as one that might not write, and the next as one that might', async () => {
  const heldPayloads = new HeldPayloads();
  const snapshot = heldPayloads.hold('encode', '"agents":[');
  sync = await syncEnvironment(address, { name: 'enabled midway', heldPayloads });
  const handle = await sync.start();
  await snapshot.reached;
  await handle.executeUpdate('enable');
  snapshot.letGo();
  const sealed = await eventually('both rounds are sealed', async () => {
    const found = await seals();
    return found.has(2) && found;
  });
  expect(sealed.get(1)).toMatchObject({ round: 1, enabled: false, writes: [] });
  expect(sealed.get(2)).toMatchObject({ round: 2, enabled: true, causes: { enable: 1 } });
});
