import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { type KeptServer, startKeptServer } from '../../src/temporal/keptServer.js';
import { processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

let dataDirectory: string;
let server: KeptServer | undefined;
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'rosterline-kept-'));
});
afterEach(async () => {
  await server?.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

function serverProcess(): number | undefined {
  return processesWith(`--db-filename ${dataDirectory}/temporal/temporal.db `)[0];
}

it('starts a Temporal server that was killed again, at the same address and with the workflows it had, and says so', async () => {
  const said: string[] = [];
  server = await startKeptServer({ dataDirectory, log: (line) => said.push(line) });
  const connection = await Connection.connect({ address: server.address });
  try {
    const { workflow } = new Client({ connection });
    await workflow.start('historyExport', { taskQueue: 'nobody', workflowId: 'before' });
    const killed = serverProcess() ?? 0;
    process.kill(killed, 'SIGKILL');
    await eventually('a server in its place', () => said.find((line) => line.includes('runs again')));
    expect(serverProcess()).not.toBe(killed);
    expect(said.join('\n')).toContain(`process ${killed}) has ended by itself`);
    const { status } = await eventually('an answer', () =>
      workflow
        .getHandle('before')
        .describe()
        .catch(() => undefined),
    );
    expect(status.name).toBe('RUNNING');
  } finally {
    await connection.close();
  }
  await server.stop();
  expect(serverProcess()).toBeUndefined();
});
