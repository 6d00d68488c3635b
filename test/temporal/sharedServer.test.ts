import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { temporalServer } from '../support/temporalServer.js';
import type { nap } from './napWorkflow.js';

const server = await temporalServer();

describe('the Temporal server that the tests of a run share', () => {
  it('is the same whoever asks, and a workflow can be started on it', async () => {
    expect(await temporalServer()).toEqual(server);
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    const taskQueue = randomUUID();
    const handle = await client.workflow.start<typeof nap>('nap', {
      taskQueue,
      workflowId: taskQueue,
      args: [1, '1 s'],
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
    await connection.close();
  });
});
