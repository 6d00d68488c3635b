import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { History } from '../support/historyTexts.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();

const VERSIONS = ['asItWas', 'changedOutright', 'patched', 'withoutTheOldWay'] as const;
type Version = (typeof VERSIONS)[number];

const bundles = {} as Record<Version, { code: string }>;
const histories = {} as Record<Version, History>;
let connections: { client: Connection; worker: NativeConnection };

function fileOf(version: Version): string {
  return fileURLToPath(new URL(`patching/${version}.ts`, import.meta.url));
}

/** A workflow that a version began and ended. */
async function historyBy(version: Version): Promise<History> {
  const taskQueue = `patching-${randomUUID()}`;
  const worker = await Worker.create({ connection: connections.worker, taskQueue, workflowBundle: bundles[version] });
  const { workflow } = new Client({ connection: connections.client });
  return await worker.runUntil(async () => {
    const handle = await workflow.start('tidyUp', { taskQueue, workflowId: taskQueue });
    await handle.result();
    return await handle.fetchHistory();
  });
}

/** Whether one version goes on with what another began. */
async function takesOver(version: Version, begunBy: Version): Promise<boolean> {
  const named = [{ workflowId: begunBy, history: histories[begunBy] }];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundles[version] }, named))
    if (error) {
      expect(error.name).toBe('DeterminismViolationError');
      return false;
    }
  return true;
}

describe('a workflow that is changed while it runs, as docs/operations.md shows it', () => {
  beforeAll(async () => {
    connections = {
      client: await Connection.connect({ address }),
      worker: await NativeConnection.connect({ address }),
    };
    for (const version of VERSIONS)
      bundles[version] = await bundleWorkflowCode({
        workflowsPath: fileOf(version),
        logger: new DefaultLogger('ERROR'),
      });
    const begun = ['asItWas', 'patched'] as const;
    const recorded = await Promise.all(begun.map(historyBy));
    begun.forEach((version, index) => {
      histories[version] = recorded[index] ?? {};
    });
  });
  afterAll(async () => {
    await connections.worker.close();
    await connections.client.close();
  });

  it('stands still when it is changed outright', async () => {
    expect(await takesOver('changedOutright', 'asItWas')).toBe(false);
  });

  it('goes on as it began when the change is under a patch, and new ones take the new way', async () => {
    expect(await takesOver('patched', 'asItWas')).toBe(true);
    expect(await takesOver('patched', 'patched')).toBe(true);
  });

  it('needs the old way as long as one runs that began by it, and not longer', async () => {
    expect(await takesOver('withoutTheOldWay', 'patched')).toBe(true);
    expect(await takesOver('withoutTheOldWay', 'asItWas')).toBe(false);
  });

  it.each(['asItWas', 'patched', 'withoutTheOldWay'] as const)('is shown there as it is run here: %s', (version) => {
    const operations = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
    expect(operations).toContain(`\`\`\`ts\n${readFileSync(fileOf(version), 'utf8')}\`\`\`\n`);
  });
});
