import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openS3Connection } from '../../src/objects/s3Connection.js';
import { openS3Store } from '../../src/objects/s3Store.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { startFaultyProxy } from '../support/faultyProxy.js';
import { type CompiledSource, compileSource } from './compiledSource.js';
import { seeded } from './seeded.js';

const program = await objectServerProgram();
/** Two of the bodies go up in parts. */
const SIZES = [300_000, 18_000_000, 300_000, 300_000, 18_000_000, 300_000];
const CHUNK_BYTES = 32_768;
const LIVES_MS = 150;
const MOST_KILLS = 8;

/**
 * Receives bodies one after another, as a worker does: resumes what is kept, prints each byte served and each landing.
 *
 * Each chunk takes a millisecond and more. It is killed after so many milliseconds of its work: by itself, because nobody else can tell
 * on a busy machine how far it is; 0: never.
 */
const RECEIVER = `
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openS3Store } from './src/objects/s3Store.js';
const [config, sizes, livesMs] = process.argv.slice(2).map((text) => JSON.parse(text));
if (livesMs > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), livesMs);
const store = openS3Store(config);
for (const [n, bytes] of sizes.entries()) {
  const found = await store.spool('export/x/' + n);
  if ('landed' in found) continue;
  const { spool } = found;
  if (spool.facts === null) await spool.begin({ totalBytes: bytes, etag: '"' + n + '"', encoding: 'identity' });
  if (spool.receivedBytes < bytes) {
    writeSync(1, JSON.stringify({ n, from: spool.receivedBytes }) + '\\n');
    await spool.append(serve(n, spool.receivedBytes, bytes), () => {});
  }
  await spool.finish();
}
await store.close();
async function* serve(n, from, bytes) {
  const body = Buffer.alloc(bytes, 'body ' + n + ' ');
  for (let at = from; at < bytes; at += ${CHUNK_BYTES}) { yield body.subarray(at, at + ${CHUNK_BYTES}); await pause(1); }
}
`;

describeObjectServer('a worker killed while it lands in a bucket', program, (server) => {
  let source: CompiledSource;
  beforeAll(async () => {
    source = await compileSource();
  });
  afterAll(() => source.remove());

  it('loses nothing, doubles nothing and never asks again for what has landed, whenever it is killed', async () => {
    const random = seeded(20_260_119);
    const proxy = await startFaultyProxy(server().endpoint);
    const config = { ...(await server().bucket()), endpoint: proxy.url };
    const asked: { n: number; from: number }[] = [];
    let kills = 0;
    for (let done = false; !done; ) {
      const livesMs = kills < MOST_KILLS ? 1 + Math.floor(random() * LIVES_MS) : 0;
      const child = await source.run(
        RECEIVER,
        [config, SIZES, livesMs].map((each) => JSON.stringify(each)),
      );
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await new Promise((settle) => child.once('close', settle));
      if (child.signalCode === 'SIGKILL') kills++;
      done = child.exitCode === 0;
      for (const line of text.split('\n').filter((each) => each !== ''))
        asked.push(JSON.parse(line) as { n: number; from: number });
    }
    // The two large bodies alone outlast that many lives.
    expect(kills).toBeGreaterThanOrEqual(Math.floor((2 * 18_000_000) / CHUNK_BYTES / LIVES_MS));

    const store = openS3Store(config);
    const hashes = SIZES.map((bytes, n) => sha256(Buffer.alloc(bytes, `body ${n} `)));
    expect(await store.list('')).toEqual(hashes.map((hash) => `landings/${hash}`).sort());
    for (const [n, hash] of hashes.entries()) {
      const bytes = SIZES[n];
      expect(await store.digest(`landings/${hash}`)).toEqual({ sha256: hash, bytes });
      expect(await store.spool(`export/x/${n}`)).toEqual({ landed: { sha256: hash, bytes, encoding: 'identity' } });
      // Each resume goes on at or after the one before: nothing that was kept is asked for again.
      const offsets = asked.filter((each) => each.n === n).map((each) => each.from);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    }
    const left = await readdir(config.spoolDirectory, { recursive: true, withFileTypes: true });
    // A small unfinished file may be left there; the next start after an hour sweeps it.
    expect(left.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.scratch'))).toEqual([]);
    const s3 = openS3Connection(config);
    expect((await s3.client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }))).Uploads ?? []).toEqual(
      [],
    );
    s3.client.destroy();
    await store.close();
    await proxy.close();
  });
});

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
