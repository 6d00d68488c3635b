import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { devServerArguments, endedEarly, spawnDevServer, untilServing } from '../../src/temporal/devServer.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { withLock } from '../../src/temporal/processLock.js';
import { ownPort } from './ownPort.js';
import { readJson, recordSharedServer, testRunDirectory } from './testRun.js';

/** Where a Temporal server listens. Its namespace is `default`. */
export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string;
}

/**
 * The real Temporal dev server that all test files of a run share: started by the first that asks, in memory, set up as the
 * embedded one, ended with the run. Use workflow ids and task queues of your own on it.
 *
 * Call it at a test file's top level (`const { address } = await temporalServer()`): on a machine without a Temporal CLI it
 * first builds one, which takes minutes, and none of Jest's time limits holds there.
 */
export async function temporalServer(): Promise<TemporalServer> {
  const run = testRunDirectory();
  const ready = join(run, 'server-ready.json');
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  return await withLock(join(run, 'server.lock'), 'starting the Temporal server of the tests', log, async () => {
    const started = readJson(ready) as TemporalServer | undefined;
    if (started) return started;
    const { path } = await findTemporalCli({ log });
    // Once more where it crashed: a Go program does now and then on a machine that is overloaded.
    const server = await start(path, run).catch(async (error: unknown) => {
      if (!endedEarly(error)) throw error;
      log(String(error));
      return await start(path, run);
    });
    writeFileSync(ready, JSON.stringify(server));
    return server;
  });
}

async function start(cliPath: string, run: string): Promise<TemporalServer> {
  const ip = '127.0.0.1';
  const [port, uiPort] = [await ownPort(ip), await ownPort(ip)];
  const logFile = join(run, 'server.log');
  const id = await spawnDevServer(cliPath, devServerArguments({ ip, port, uiPort }), logFile);
  recordSharedServer('server', id.pid);
  await untilServing(id, `${ip}:${port}`, logFile, 60_000);
  return { address: `${ip}:${port}`, uiUrl: `http://${ip}:${uiPort}` };
}
