import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, syncEnvironment } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let sync: SyncEnvironment;
beforeEach(async () => {
  sync = await syncEnvironment(address, { name: 'messages to a sync' });
});
afterEach(() => sync.close());

describe('a message to the trunk sync', () => {
  it('that cannot be read is counted and shown, and asks for no round', async () => {
    const handle = await sync.startEnabled();
    const { round } = await sync.roundNow(handle);
    await handle.signal('trunkChanged', { trunkId: 17 });
    await handle.signal('scheduleChanged', 'on Monday');
    await handle.signal('trunkchanged', { trunkId: 'misspelt' });
    await sync.exports.client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: sync.syncId },
      signalName: 'trunkChanged',
      input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"trunkId":') }] },
    });
    await eventually('all are counted', async () => (await sync.state(handle)).unreadableSignals === 4);
    expect((await sync.state(handle)).round).toBe(round);
    // It goes on.
    await sync.roundNow(handle);
  });
});
