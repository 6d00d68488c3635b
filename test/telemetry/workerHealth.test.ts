import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { openFileStore } from '../../src/objects/fileStore.js';
import { type HealthServer, startHealthServer } from '../../src/telemetry/healthServer.js';
import { rememberedLook } from '../../src/telemetry/rememberedLook.js';
import { lookAtObjects } from '../../src/temporal/healthLooks.js';
import { WorkerHealth } from '../../src/temporal/workerHealth.js';
import { ownPort } from '../support/ownPort.js';

const THERE = () => Promise.resolve();
const REFUSED = () => Promise.reject(new Error('secret reason of host db.example'));

let health: WorkerHealth;
let logged: string[];
let server: HealthServer;
let url: string;

beforeEach(async () => {
  logged = [];
  const log = pino({ base: null, level: 'info' }, { write: (line: string) => void logged.push(line) });
  health = new WorkerHealth(['temporal', 'genesys', 'objects'], log);
  const port = await ownPort('127.0.0.1');
  server = await startHealthServer({ host: '127.0.0.1', port }, health);
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => await server.close());

async function asked(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}${path}`, { method });
  return { status: answer.status, text: await answer.text() };
}

async function told(path: string): Promise<{ status: number; body: unknown }> {
  const { status, text } = await asked(path);
  return { status, body: JSON.parse(text) };
}

function works(): void {
  for (const part of ['temporal', 'genesys', 'objects'] as const) health.watch(part, THERE);
  health.watchWorkers(() => ['RUNNING', 'RUNNING']);
}

describe('health of a worker', () => {
  it('is live and not ready while it waits for what it needs', async () => {
    expect(await told('/healthz')).toEqual({
      status: 200,
      body: { live: true, parts: { process: 'ok', workers: 'waiting' } },
    });
    const waiting = { workers: 'waiting', temporal: 'waiting', genesys: 'waiting', objects: 'waiting' };
    expect(await told('/readyz')).toEqual({ status: 503, body: { ready: false, parts: waiting } });
  });

  it('is ready once all workers run and everything answers', async () => {
    works();
    const parts = { workers: 'ok', temporal: 'ok', genesys: 'ok', objects: 'ok' };
    expect(await told('/readyz')).toEqual({ status: 200, body: { ready: true, parts } });
    health.watchWorkers(() => ['RUNNING', 'INITIALIZED']);
    expect(await told('/readyz')).toMatchObject({ status: 503, body: { parts: { workers: 'waiting' } } });
  });

  it('is live and not ready when a part does not answer, and says which in a word and why to nobody', async () => {
    works();
    health.watch('genesys', REFUSED);
    const { status, text } = await asked('/readyz');
    expect([status, JSON.parse(text)]).toMatchObject([503, { ready: false, parts: { genesys: 'failed' } }]);
    expect(text).not.toMatch(/secret|example/);
    expect(await told('/healthz')).toMatchObject({ status: 200, body: { live: true } });
  });

  it('says why in its log, once and not with every question', async () => {
    works();
    health.watch('genesys', REFUSED);
    for (let question = 0; question < 3; question++) await asked('/readyz');
    expect(logged.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: 40,
        part: 'genesys',
        msg: 'not ready: genesys: secret reason of host db.example',
      }),
    ]);
  });

  it('is live and not ready while it drains, and not live once a worker has failed', async () => {
    works();
    health.drains();
    health.watchWorkers(() => ['DRAINING', 'STOPPED']);
    expect(await told('/readyz')).toMatchObject({ status: 503, body: { parts: { workers: 'draining' } } });
    expect(await told('/healthz')).toMatchObject({ status: 200 });
    health.watchWorkers(() => ['RUNNING', 'FAILED']);
    expect(await told('/healthz')).toMatchObject({ status: 503, body: { live: false, parts: { workers: 'failed' } } });
  });

  it('is not live when a worker has ended without being told to', async () => {
    works();
    health.watchWorkers(() => ['RUNNING', 'STOPPED']);
    expect(await told('/healthz')).toMatchObject({ status: 503, body: { live: false } });
  });

  it('answers nothing but the two questions', async () => {
    expect((await asked('/')).status).toBe(404);
    expect((await asked('/healthz?verbose=1')).status).toBe(404);
    expect((await asked('/metrics')).status).toBe(404);
    expect((await asked('/readyz', 'POST')).status).toBe(405);
    expect(await asked('/healthz', 'HEAD')).toEqual({ status: 200, text: '' });
    const { headers } = await fetch(`${url}/healthz`);
    expect([...headers.keys()].sort()).toEqual([
      'cache-control',
      'connection',
      'content-type',
      'date',
      'transfer-encoding',
    ]);
  });

  it('says which port is taken, and what to do', async () => {
    const port = Number(new URL(url).port);
    await expect(startHealthServer({ host: '127.0.0.1', port }, health)).rejects.toThrow(
      `Health cannot be offered on port ${port} of 127.0.0.1`,
    );
  });
});

describe('what is looked at', () => {
  const TIMES = { okForMs: 60_000, failedForMs: 0, withinMs: 20 };

  it('is looked at once, however many ask at once and soon after', async () => {
    let looks = 0;
    const look = rememberedLook(() => Promise.resolve(looks++), TIMES);
    expect(await Promise.all([look(), look(), look()])).toEqual(['ok', 'ok', 'ok']);
    expect(await look()).toBe('ok');
    expect(looks).toBe(1);
  });

  it('is told as slow while it does not answer, and as what it answered afterwards', async () => {
    let answer = (): void => undefined;
    const changes: string[] = [];
    const look = rememberedLook(
      () => new Promise<void>((resolve) => (answer = resolve)),
      TIMES,
      (state, why) => changes.push(`${state}: ${why}`),
    );
    expect(await look()).toBe('slow');
    const next = look();
    answer();
    expect(await next).toBe('ok');
    expect(changes).toEqual(['slow: no answer within 0.02 s', 'ok: ']);
  });

  it('finds a directory of objects that was unmounted', async () => {
    const root = mkdtempSync(join(tmpdir(), 'rosterline-health-'));
    try {
      const directory = join(root, 'objects');
      const store = openFileStore({ directory });
      const look = rememberedLook(lookAtObjects({ objects: { kind: 'file', directory, retentionDays: 0 } }, store), {
        ...TIMES,
        okForMs: 0,
        withinMs: 5_000,
      });
      expect(await look()).toBe('ok');
      renameSync(directory, join(root, 'elsewhere'));
      expect(await look()).toBe('failed');
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
