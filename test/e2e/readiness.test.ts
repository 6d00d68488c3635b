import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { logLines } from '../support/logLines.js';
import { ownPort } from '../support/ownPort.js';
import { type PostgresCluster, startPostgresCluster } from '../support/postgresCluster.js';

// At the top level, where none of Jest's time limits holds: without one it is built.
await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const MINUTES = 60_000;
const ALL_THERE = { workers: 'ok', temporal: 'ok', genesys: 'ok', warehouse: 'ok', objects: 'ok' };
/** Every word that an answer may have: anything else would be a reason. */
const ANSWER = /^\{"ready":(true|false),"parts":\{("[a-z]+":"(ok|waiting|failed|slow)",?){5}\}\}\n$/;
const AWAY = /^(failed|slow)$/;

let directory: string;
let ports: { readonly port: number; readonly uiPort: number };
let temporal: EmbeddedServer;
let postgres: PostgresCluster;
let rig: ExportRig;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-readiness-'));
  ports = { port: await ownPort('127.0.0.1'), uiPort: await ownPort('127.0.0.1') };
  [temporal, postgres] = await Promise.all([startTemporal(), startPostgresCluster({ fsync: false })]);
  const { host, port, database, superuser, password } = postgres.server;
  const health = await ownPort('127.0.0.1');
  url = `http://127.0.0.1:${health}`;
  rig = await startExportRig(
    'readiness',
    { seed: 31, tokenLimitPerMinute: null, units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 3 }] },
    {
      address: temporal.address,
      directory,
      settings: {
        WAREHOUSE_URL: `postgres://${superuser}@${host}:${port}/${database}?schema=rosterline`,
        WAREHOUSE_PASSWORD: password,
        ROSTERLINE_HEALTH_PORT: String(health),
      },
    },
  );
  await rig.startWorker();
}, 5 * MINUTES);
afterAll(async () => {
  await rig.close();
  await temporal.stop();
  await postgres.remove();
  rmSync(directory, { recursive: true, force: true });
}, MINUTES);

async function startTemporal(): Promise<EmbeddedServer> {
  return await startEmbeddedServer({ dataDirectory: directory, ...ports, log: () => undefined });
}

/** What the worker answers, both questions at once. Whatever it is, it is live, and there are words alone. */
async function asked(): Promise<{ status: number; parts: Record<string, string> }> {
  const [ready, live] = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/healthz`)]);
  expect([live.status, await live.json()]).toEqual([200, { live: true, parts: { process: 'ok', workers: 'ok' } }]);
  const text = await ready.text();
  expect(text).toMatch(ANSWER);
  return { status: ready.status, parts: (JSON.parse(text) as { parts: Record<string, string> }).parts };
}

async function untilReady(): Promise<void> {
  const { parts } = await eventually('it is ready', async () => {
    const answer = await asked();
    return answer.status === 200 ? answer : null;
  });
  expect(parts).toEqual(ALL_THERE);
}

describe('a worker under which Temporal and PostgreSQL are stopped', () => {
  it(
    'is live all the time, not ready while they are away, by their names and without a reason, and ready once they are back',
    async () => {
      await eventually('its workers run', async () => {
        const { parts } = (await (await fetch(`${url}/healthz`)).json()) as { parts: { workers: string } };
        return parts.workers === 'ok';
      });
      await untilReady();
      await Promise.all([temporal.stop(), postgres.stop()]);
      const { parts } = await eventually('both are missed, and nothing else', async () => {
        const { status, parts } = await asked();
        const away = Object.keys(parts).filter((part) => parts[part] !== 'ok');
        return away.join(' ') === 'temporal warehouse' ? { status, parts } : null;
      });
      expect(parts).toMatchObject({
        temporal: expect.stringMatching(AWAY) as unknown,
        warehouse: expect.stringMatching(AWAY) as unknown,
      });
      [temporal] = await Promise.all([startTemporal(), postgres.start()]);
      await untilReady();
    },
    5 * MINUTES,
  );

  it('says in its log why each was not there, and when it was again', async () => {
    for (const part of ['temporal', 'warehouse']) {
      const said = await eventually(`its log says that ${part} is ready again`, () => {
        const lines = logLines(join(directory, 'worker.log')).filter((line) => line['part'] === part);
        return lines.at(-1)?.msg === `ready again: ${part}` && lines;
      });
      expect(said[0]).toMatchObject({ level: 40, msg: expect.stringMatching(`^not ready: ${part}: .`) as unknown });
      expect(said.at(-1)).toMatchObject({ level: 30 });
    }
  });
});
