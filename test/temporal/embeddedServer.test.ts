import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { readlink } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import {
  devServerArguments,
  isRunning,
  type ProcessId,
  spawnDevServer,
  stopProcess,
} from '../../src/temporal/devServer.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { processBirth, processesWith } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { ownPort } from '../support/ownPort.js';
import { quietTemporal } from '../support/quietTemporal.js';
import type { nap } from './napWorkflow.js';

quietTemporal();
const cli = await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

let dataDirectory: string;
let said: string[];
const log = (line: string) => void said.push(line);
const connections: Connection[] = [];

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'rosterline-server-'));
  said = [];
});
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
  for (const pid of servers()) await stopProcess({ pid, birth: processBirth(pid) ?? '' });
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** Pids of the servers on this test's data directory. */
function servers(): number[] {
  return processesWith(`--db-filename ${dataDirectory}/temporal/temporal.db `);
}

async function clientOf(server: EmbeddedServer): Promise<Client> {
  const connection = await Connection.connect({ address: server.address });
  connections.push(connection);
  return new Client({ connection });
}

async function startNap(server: EmbeddedServer, workflowId: string): Promise<void> {
  const client = await clientOf(server);
  await client.workflow.start<typeof nap>('nap', { taskQueue: 'naps', workflowId, args: [1, '1 second'] });
}

/** What a killed process leaves: its server and pid file, and a lock whose holder is gone. */
function leaveBehind(server: EmbeddedServer): void {
  const dead = { pid: 999_999_999, birth: 'dead', host: hostname(), what: 'dev', since: '', nonce: 'dead' };
  writeFileSync(join(dataDirectory, 'temporal', 'owner.lock'), JSON.stringify(dead));
  expect(servers()).toEqual([server.pid]);
}

describe('the embedded Temporal server', () => {
  it('can start a workflow the moment it is ready, and shows its UI', async () => {
    const server = await startEmbeddedServer({ dataDirectory, log });
    await startNap(server, 'first');
    expect(server.adopted).toBe(false);
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await server.stop();
    expect(servers()).toEqual([]);
  });

  it('listens only on this machine', async () => {
    const server = await startEmbeddedServer({ dataDirectory, log });
    expect(await otherAddressesOf(server.pid)).toEqual([]);
    await server.stop();
  });

  it('keeps its files to their owner and sees none of our secrets', async () => {
    process.env['GENESYS_CLIENT_SECRET'] = 'hunter2';
    const server = await startEmbeddedServer({ dataDirectory, log });
    delete process.env['GENESYS_CLIENT_SECRET'];
    const directory = join(dataDirectory, 'temporal');
    const modes = readdirSync(directory).map((name) => [
      name,
      (statSync(join(directory, name)).mode & 0o777).toString(8),
    ]);
    expect(Object.fromEntries(modes)).toMatchObject({
      'temporal.db': '600',
      'server.log': '600',
      'server.json': '600',
    });
    expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
    expect(readFileSync(`/proc/${server.pid}/environ`, 'utf8')).not.toContain('GENESYS');
    await server.stop();
  });

  it('is refused to a second process on the same directory, with the pid of the first', async () => {
    const server = await startEmbeddedServer({ dataDirectory, log });
    const second = startEmbeddedServer({ dataDirectory, log });
    await expect(second).rejects.toMatchObject({ name: 'Blocked' });
    await expect(second).rejects.toThrow(`is in use by process ${process.pid}`);
    expect(servers()).toEqual([server.pid]);
    await server.stop();
  });

  it('is started again on the ports asked for, with the workflows it had', async () => {
    const [port, uiPort] = [await ownPort('127.0.0.1'), await ownPort('127.0.0.1')];
    const first = await startEmbeddedServer({ dataDirectory, port, uiPort, log });
    await startNap(first, 'kept');
    await first.stop();
    const second = await startEmbeddedServer({ dataDirectory, port, uiPort, log });
    expect([second.address, second.uiUrl]).toEqual([`127.0.0.1:${port}`, `http://127.0.0.1:${uiPort}`]);
    const client = await clientOf(second);
    expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    await second.stop();
  });

  it('left behind by a killed process is adopted by the next', async () => {
    const left = await startEmbeddedServer({ dataDirectory, log });
    leaveBehind(left);
    const next = await startEmbeddedServer({ dataDirectory, log });
    expect(next).toMatchObject({ adopted: true, pid: left.pid, address: left.address, uiUrl: left.uiUrl });
    expect(said.at(-1)).toContain(`process ${left.pid}`);
    await next.stop();
    expect(servers()).toEqual([]);
  });

  it('left behind on another port than the one asked for is stopped, and its workflows go on in a new one', async () => {
    const left = await startEmbeddedServer({ dataDirectory, log });
    await startNap(left, 'kept');
    leaveBehind(left);
    const port = await ownPort('127.0.0.1');
    const next = await startEmbeddedServer({ dataDirectory, port, log });
    expect(next).toMatchObject({ adopted: false, address: `127.0.0.1:${port}` });
    expect(servers()).toEqual([next.pid]);
    const client = await clientOf(next);
    expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    await next.stop();
  });

  it('that no pid file tells of is still found, so that two never write one file', async () => {
    mkdirSync(join(dataDirectory, 'temporal'));
    const database = join(dataDirectory, 'temporal', 'temporal.db');
    const ports = { port: await ownPort('127.0.0.1'), uiPort: await ownPort('127.0.0.1') };
    const args = devServerArguments({ ip: '127.0.0.1', ...ports, database });
    const stray: ProcessId = await spawnDevServer(cli.path, args, join(dataDirectory, 'temporal', 'server.log'));
    const next = await startEmbeddedServer({ dataDirectory, log });
    expect(isRunning(stray)).toBe(false);
    expect(servers()).toEqual([next.pid]);
    expect(said.join('\n')).toContain(
      `stopping the Temporal server that an earlier process left behind (process ${stray.pid})`,
    );
    await next.stop();
  });

  it('that does not answer is not adopted but replaced', async () => {
    const left = await startEmbeddedServer({ dataDirectory, log });
    leaveBehind(left);
    process.kill(left.pid, 'SIGSTOP');
    const next = await startEmbeddedServer({ dataDirectory, log });
    expect(next.adopted).toBe(false);
    expect(servers()).toEqual([next.pid]);
    await next.stop();
  });

  it('ignores the pid file of a server whose pid was given to another program', async () => {
    const first = await startEmbeddedServer({ dataDirectory, log });
    const recordPath = join(dataDirectory, 'temporal', 'server.json');
    const record = JSON.parse(readFileSync(recordPath, 'utf8')) as object;
    await first.stop();
    const stranger = spawn('sleep', ['60']);
    await once(stranger, 'spawn');
    writeFileSync(recordPath, JSON.stringify({ ...record, pid: stranger.pid }));
    const next = await startEmbeddedServer({ dataDirectory, log });
    expect(next.adopted).toBe(false);
    expect(processBirth(stranger.pid ?? 0)).toBeDefined();
    stranger.kill('SIGKILL');
    await next.stop();
  });

  it('is not started on a port that another program has, which would answer in its place', async () => {
    const port = await ownPort('127.0.0.1');
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    const failed = startEmbeddedServer({ dataDirectory, port, log });
    await expect(failed).rejects.toMatchObject({ name: 'Blocked' });
    await expect(failed).rejects.toThrow(`Port ${port} of 127.0.0.1, asked for the server, is in use`);
    await new Promise((resolve) => other.close(resolve));
    const server = await startEmbeddedServer({ dataDirectory, port, log });
    await server.stop();
  });

  it('that cannot start says so with the last lines of its log, and touches nothing of its data', async () => {
    mkdirSync(join(dataDirectory, 'temporal'));
    const database = join(dataDirectory, 'temporal', 'temporal.db');
    writeFileSync(database, 'this was a database once');
    const failed = startEmbeddedServer({ dataDirectory, log });
    await expect(failed).rejects.toMatchObject({ name: 'Blocked' });
    await expect(failed).rejects.toThrow(/ended before it was ready.*server\.log:\n.*not a database/s);
    // The lock was given back: the second try fails for the same reason, not for the first one.
    await expect(startEmbeddedServer({ dataDirectory, log })).rejects.toThrow('not a database');
    // Each was started once more: what crashes under load does not the second time.
    expect(said.filter((line) => line.endsWith('starting it once more'))).toHaveLength(2);
    expect(servers()).toEqual([]);
    expect(readFileSync(database, 'utf8')).toBe('this was a database once');
  });

  it('killed with SIGKILL and started again goes on with the workflow that was under way, for the same worker', async () => {
    const bundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('napWorkflow.ts', import.meta.url)),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    });
    const [port, uiPort] = [await ownPort('127.0.0.1'), await ownPort('127.0.0.1')];
    const startedMs = Date.now();
    const first = await startEmbeddedServer({ dataDirectory, port, uiPort, log });
    const firstStartMs = Date.now() - startedMs;
    const connection = await NativeConnection.connect({ address: first.address });
    const worker = await Worker.create({
      connection,
      taskQueue: 'naps',
      workflowBundle: bundle,
      stickyQueueScheduleToStartTimeout: '1 second',
    });
    const client = await clientOf(first);
    let downMs = 0;
    let second = first;
    const woken = await worker.runUntil(async () => {
      const handle = await client.workflow.start<typeof nap>('nap', {
        taskQueue: 'naps',
        workflowId: randomUUID(),
        args: [8, '500 ms'],
      });
      // Each nap is a timer that begins and ends.
      await eventually('it has napped', async () => (await handle.describe()).historyLength > 10);
      process.kill(first.pid, 'SIGKILL');
      const killedMs = Date.now();
      await first.stop();
      second = await startEmbeddedServer({ dataDirectory, port, uiPort, log });
      downMs = Date.now() - killedMs;
      return await handle.result();
    });
    expect(woken).toBe(8);
    expect(second.adopted).toBe(false);
    // Where the machine is so busy that any start takes long, this one does.
    expect(downMs).toBeLessThan(10_000 + 4 * firstStartMs);
    await connection.close();
    await second.stop();
  });
});

/** Addresses that a process listens on and that are not on loopback. Source: proc_net(5): local address in hex, state 0A. */
async function otherAddressesOf(pid: number): Promise<string[]> {
  const sockets = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode) sockets.add(inode);
  }
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1),
  );
  const listening = rows
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[3] === '0A' && sockets.has(row[9] ?? ''));
  expect(listening.length).toBeGreaterThan(2);
  return listening.map((row) => row[1] ?? '').filter((address) => !address.startsWith('0100007F:'));
}
