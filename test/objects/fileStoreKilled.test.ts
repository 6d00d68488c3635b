import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openFileStore } from '../../src/objects/fileStore.js';
import { type CompiledSource, compileSource, ended, outputOf } from './compiledSource.js';
import { seeded } from './seeded.js';

const BODIES = 12;
const BODY_BYTES = 300_000;
const LIVES_MS = 60;
const MOST_KILLS = 15;

/**
 * Receives bodies one after another, as a worker does: resumes what is kept, prints each byte served and each landing.
 *
 * Chunks are small and take a millisecond and more each, so that kills fall into every step. It is killed after so many milliseconds
 * of its work: by itself, because nobody else can tell on a busy machine how far it is; 0: never.
 */
const RECEIVER = `
import { writeSync } from 'node:fs';
import { openFileStore } from './src/objects/fileStore.js';
import { setTimeout as pause } from 'node:timers/promises';
const [directory, ...numbers] = process.argv.slice(2);
const [bodies, bytes, livesMs] = numbers.map(Number);
if (livesMs > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), livesMs);
const store = openFileStore({ directory });
for (let n = 0; n < bodies; n++) {
  const found = await store.spool('export/x/' + n);
  if ('landed' in found) continue;
  const { spool } = found;
  if (spool.facts === null) await spool.begin({ totalBytes: bytes, etag: '"' + n + '"', encoding: 'identity' });
  if (spool.receivedBytes < bytes) {
    writeSync(1, JSON.stringify({ n, from: spool.receivedBytes }) + '\\n');
    await spool.append(serve(n, spool.receivedBytes), () => {});
  }
  writeSync(1, JSON.stringify({ n, landed: (await spool.finish()).sha256 }) + '\\n');
}
async function* serve(n, from) {
  const body = Buffer.alloc(bytes, 'body ' + n + ' ');
  for (let at = from; at < bytes; at += 8_192) { yield body.subarray(at, at + 8_192); await pause(1); }
}
`;

/**
 * Receives one body, or makes one object, and stops for good right before the nth call of the file system; n from 0 until it gets through.
 *
 * A call that never returns is a death as far as our code can tell: nothing after it runs, no `finally` either. Prints for each n whether
 * it got through and how many bytes it had received.
 */
const STOPS_AT_EACH_CALL = `
import fs, { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [directory, step] = process.argv.slice(2);
let callsLeft = Infinity;
let stopped = () => {};
for (const name of ['mkdir', 'open', 'readdir', 'readFile', 'rename', 'rm', 'stat', 'writeFile', 'link']) {
  const real = fs.promises[name];
  fs.promises[name] = (...args) => {
    if (callsLeft-- > 0) return real(...args);
    stopped();
    return new Promise(() => {});
  };
}
syncBuiltinESMExports();
const { openFileStore } = await import('./src/objects/fileStore.js');
for (let n = 0, through = false; !through; n++) {
  let received = 0;
  const store = openFileStore({ directory: directory + '/' + n });
  const work = async () => {
    if (step === 'create') await store.createOnce('seals/x/y/1.json', Buffer.alloc(${BODY_BYTES}, 'x'));
    if (step === 'land') await store.landBytes(Buffer.alloc(${BODY_BYTES}, 'x'), 'identity');
    if (step === 'receive') {
      const { spool } = await store.spool('export/x/0');
      await spool.begin({ totalBytes: ${BODY_BYTES}, etag: null, encoding: 'identity' });
      async function* body() { for (let part = 0; part < 3; part++) yield Buffer.alloc(${BODY_BYTES} / 3, 'x'); }
      await spool.append(body(), (bytes) => { received = bytes; });
      await spool.finish();
    }
    return true;
  };
  const stop = new Promise((settle) => { stopped = () => settle(false); });
  callsLeft = n;
  through = await Promise.race([work(), stop]);
  callsLeft = Infinity;
  writeSync(1, JSON.stringify({ through, received }) + '\\n');
}
process.exit(0);
`;

describe('a worker killed while it receives and lands', () => {
  let source: CompiledSource;
  let directory: string;
  beforeAll(async () => {
    source = await compileSource();
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rosterline-killed-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('loses nothing, doubles nothing and never asks again for what has landed, whenever it is killed', async () => {
    const random = seeded(20_240_131);
    const asked: { n: number; from: number }[] = [];
    const landed: { n: number; landed: string }[] = [];
    let kills = 0;
    for (let done = false; !done; ) {
      const livesMs = kills < MOST_KILLS ? 1 + Math.floor(random() * LIVES_MS) : 0;
      const child = await source.run(RECEIVER, [directory, ...[BODIES, BODY_BYTES, livesMs].map(String)]);
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await new Promise((settle) => child.once('close', settle));
      if (child.signalCode === 'SIGKILL') kills++;
      done = child.exitCode === 0;
      for (const line of text.split('\n').filter((each) => each !== '')) {
        const event = JSON.parse(line) as { n: number; from: number } | { n: number; landed: string };
        if ('from' in event) asked.push(event);
        else landed.push(event);
      }
    }
    // Each body takes 37 ms and more: twelve of them outlast that many lives.
    expect(kills).toBeGreaterThanOrEqual(Math.floor((BODIES * 37) / LIVES_MS));

    const store = openFileStore({ directory });
    const hashes = Array.from({ length: BODIES }, (_, n) => sha256(Buffer.alloc(BODY_BYTES, `body ${n} `)));
    expect(await store.list('landings')).toEqual(hashes.map((hash) => `landings/${hash}`).sort());
    for (const [n, hash] of hashes.entries()) {
      expect(await store.digest(`landings/${hash}`)).toEqual({ sha256: hash, bytes: BODY_BYTES });
      expect(await store.spool(`export/x/${n}`)).toEqual({
        landed: { sha256: hash, bytes: BODY_BYTES, encoding: 'identity' },
      });
      // Each resume goes on at or after the one before: nothing that was kept is asked for again.
      const offsets = asked.filter((each) => each.n === n).map((each) => each.from);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(landed.filter((each) => each.n === n).length).toBeLessThanOrEqual(1);
    }
    for (const n of hashes.keys())
      expect(await readdir(join(directory, '.spool/export/x', String(n)))).toEqual(['.landed.json']);
  });

  it('keeps every byte that it received, whichever step it was killed before', async () => {
    const runs = await stopAtEachCall('receive');
    expect(runs.length).toBeGreaterThan(15);
    for (const [n, { received }] of runs.entries()) {
      const place = join(directory, String(n));
      const store = openFileStore({ directory: place });
      const found = await store.spool('export/x/0');
      if ('spool' in found) {
        const { spool } = found;
        expect([n, spool.receivedBytes]).toEqual([n, received]);
        if (spool.facts === null) await spool.begin({ totalBytes: BODY_BYTES, etag: null, encoding: 'identity' });
        await spool.append(one(Buffer.alloc(BODY_BYTES - spool.receivedBytes, 'x')), () => undefined);
        await spool.finish();
      }
      const hash = sha256(Buffer.alloc(BODY_BYTES, 'x'));
      expect(await store.list('')).toEqual([`landings/${hash}`]);
      expect(await store.digest(`landings/${hash}`)).toEqual({ sha256: hash, bytes: BODY_BYTES });
      expect(await store.spool('export/x/0')).toMatchObject({ landed: { sha256: hash } });
      expect(await readdir(join(place, '.spool/export/x/0'))).toEqual(['.landed.json']);
    }
  });

  it.each(['create', 'land'])(
    'leaves an object whole or not at all, whichever step of %s it was killed before',
    async (step) => {
      const runs = await stopAtEachCall(step);
      expect(runs.length).toBeGreaterThan(4);
      for (const [n, { through }] of runs.entries()) {
        const store = openFileStore({ directory: join(directory, String(n)) });
        const paths = await store.list('');
        expect(paths.length).toBeLessThanOrEqual(1);
        for (const path of paths) {
          expect(await store.digest(path)).toEqual({
            sha256: sha256(Buffer.alloc(BODY_BYTES, 'x')),
            bytes: BODY_BYTES,
          });
        }
        if (through) expect(paths).toHaveLength(1);
      }
    },
  );

  it('never leaves a part of an object that is created once', async () => {
    const random = seeded(7);
    const creator = `
      import { openFileStore } from './src/objects/fileStore.js';
      import { writeSync } from 'node:fs';
      const store = openFileStore({ directory: process.argv[2] });
      for (let n = Number(process.argv[3]); ; n++) {
        await store.createOnce('seals/x/' + n + '.json', Buffer.alloc(200_000, 'x'));
        writeSync(1, '.');
      }
    `;
    for (let round = 0; round < 6; round++) {
      const child = await source.run(creator, [directory, String(round * 100_000)]);
      await new Promise((settle) => child.stdout?.once('data', settle));
      await pause(random() * 80);
      child.kill('SIGKILL');
      await ended(child);
    }
    const store = openFileStore({ directory });
    const paths = await store.list('seals');
    expect(paths.length).toBeGreaterThanOrEqual(6);
    const whole = { sha256: sha256(Buffer.alloc(200_000, 'x')), bytes: 200_000 };
    for (const path of paths) expect([path, await store.digest(path)]).toEqual([path, whole]);
  });

  async function stopAtEachCall(step: string): Promise<{ through: boolean; received: number }[]> {
    const output = await outputOf(await source.run(STOPS_AT_EACH_CALL, [directory, step]));
    const lines = output.trim().split('\n');
    return lines.map((line) => JSON.parse(line) as { through: boolean; received: number });
  }
});

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are async iterables
async function* one(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  if (chunk.byteLength > 0) yield chunk;
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
