import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { S3ObjectsConfig } from '../../src/config/storageConfig.js';
import type { ObjectStore, Spool } from '../../src/objects/objectStore.js';
import { openS3Connection } from '../../src/objects/s3Connection.js';
import { endAbandonedUploads } from '../../src/objects/s3Multipart.js';
import { openS3Store, type S3Store } from '../../src/objects/s3Store.js';
import { type FaultyProxy, first, s3Error, startFaultyProxy } from '../support/faultyProxy.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { OBJECT_SERVER_KEYS } from '../support/objectServer.js';

const program = await objectServerProgram();
const MIB = 1 << 20;
const PART = /^PUT .*partNumber=/;

describeObjectServer('objects in a bucket', program, (server) => {
  let config: S3ObjectsConfig;
  let proxy: FaultyProxy;
  let client: S3Client;
  const opened: S3Store[] = [];

  function open(changes: Partial<S3ObjectsConfig> = {}): S3Store {
    const store = openS3Store({ ...config, ...changes }, { maxAttempts: 2 });
    opened.push(store);
    return store;
  }
  const onAnotherMachine = (): S3Store => open({ spoolDirectory: `${config.spoolDirectory}-elsewhere` });

  beforeEach(async () => {
    proxy = await startFaultyProxy(server().endpoint);
    config = { ...(await server().bucket({ prefix: 'org' })), endpoint: proxy.url };
    client = new S3Client({
      endpoint: server().endpoint,
      region: config.region,
      forcePathStyle: true,
      credentials: OBJECT_SERVER_KEYS,
    });
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    client.destroy();
    await proxy.close();
  });

  describe('landing a body', () => {
    it('leaves nothing on this machine, and one note in the bucket until its window is sealed', async () => {
      const store = open();
      const landing = await receive(store, 'export/x/0', numbered(100));
      expect(await filesIn(config.spoolDirectory)).toEqual([]);
      expect(await keys()).toEqual(['org/.spool/export/x/0/.landed.json', `org/landings/${landing}`]);
      await store.forgetSpools('export/x');
      expect(await keys()).toEqual([`org/landings/${landing}`]);
    });

    it('is not done again by another machine', async () => {
      const bytes = numbered(100);
      const landing = await receive(open(), 'export/x/0', bytes);
      expect(await onAnotherMachine().spool('export/x/0')).toEqual({
        landed: { sha256: landing, bytes: 100, encoding: 'identity' },
      });
    });

    it('sends the same bytes once, whoever receives them again', async () => {
      const bytes = numbered(9 * MIB);
      await receive(open(), 'a', bytes);
      expect(proxy.seen(PART)).toHaveLength(2);
      await receive(open(), 'b', bytes);
      await receive(onAnotherMachine(), 'c', bytes);
      expect(proxy.seen(PART)).toHaveLength(2);
      expect(proxy.seen(/^POST .*\?uploads/)).toHaveLength(1);
      expect((await keys()).filter((key) => key.includes('landings/'))).toHaveLength(1);
    });

    it('replaces a landing of another length, keeping the old version', async () => {
      const store = open();
      const { sha256: hash } = await store.landBytes(numbered(100), 'identity');
      await openS3Connection(config).client.send(
        // What a program of somebody else may do.
        new PutObjectCommand({
          Bucket: config.bucket,
          Key: `org/landings/${hash}`,
          Body: 'short',
        }),
      );
      await store.landBytes(numbered(100), 'identity');
      expect(await store.digest(`landings/${hash}`)).toEqual({ sha256: hash, bytes: 100 });
      expect(await keys()).toHaveLength(3);
    });

    it('goes on with the parts that an earlier attempt has sent', async () => {
      const bytes = numbered(36 * MIB);
      // The parts of an attempt are on their way four at a time: the last one is refused.
      proxy.meets(first(1, /^PUT .*partNumber=5/, s3Error(403, 'AccessDenied')));
      const spool = await begun(open(), 'a', bytes);
      await expect(spool.finish()).rejects.toMatchObject({ name: 'Blocked', message: /bytes are kept in/ });
      const kept = await partsKept();
      expect(kept.length).toBeGreaterThanOrEqual(1);

      const before = proxy.requests.length;
      const hash = sha256(bytes);
      expect(await open().spool('a')).toMatchObject({ landed: { sha256: hash, bytes: bytes.byteLength } });
      const again = proxy.requests.slice(before).filter(({ call }) => PART.test(call));
      const sentAgain = again.map(({ call }) => partOf(call));
      // One that was on its way when the attempt failed may have arrived after the look at what was kept.
      expect(sentAgain.filter((part) => kept.includes(part))).toEqual([]);
      expect(new Set(sentAgain).size).toBe(sentAgain.length);
      expect(sentAgain).toContain('5');
      expect(await open().digest(`landings/${hash}`)).toEqual({ sha256: hash, bytes: bytes.byteLength });
      expect(await filesIn(config.spoolDirectory)).toEqual([]);
    });

    it('says why one part was refused, not that the others were stopped', async () => {
      const refusal = s3Error(403, 'AccessDenied');
      proxy.meets((call) => (!PART.test(call) ? null : partOf(call) === '2' ? refusal : 'never answered'));
      const spool = await begun(open(), 'a', numbered(9 * MIB));
      await expect(spool.finish()).rejects.toMatchObject({ name: 'Blocked', message: /AccessDenied 403/ });
    });

    it('finishes when another machine finishes the same upload first', async () => {
      const bytes = numbered(9 * MIB);
      const [here, there] = [open(), onAnotherMachine()];
      await Promise.all([receive(here, 'a', bytes), receive(there, 'b', bytes)]);
      expect(await here.digest(`landings/${sha256(bytes)}`)).toEqual({
        sha256: sha256(bytes),
        bytes: bytes.byteLength,
      });
      expect(await partsKept()).toEqual([]);
    });

    it('is told once when the answer to its end is lost', async () => {
      proxy.meets(first(1, /^POST .*uploadId=/, 'answer lost'));
      const hash = await receive(open(), 'a', numbered(9 * MIB));
      expect((await open().digest(`landings/${hash}`))?.bytes).toBe(9 * MIB);
      expect((await keys()).filter((key) => key.includes('landings/'))).toHaveLength(1);
    });

    it.each([100, 9 * MIB])(
      'never lands %i bytes that the disk has altered under the name of others',
      async (length) => {
        const bytes = numbered(length);
        proxy.meets(() => s3Error(403, 'AccessDenied'));
        const store = open();
        proxy.meets(first(1, /^HEAD .*landings/, s3Error(403, 'AccessDenied')));
        const spool = await begun(store, 'a', bytes);
        await expect(spool.finish()).rejects.toMatchObject({ name: 'Blocked' });
        const [file] = await filesIn(join(config.spoolDirectory, 'a/.whole'));
        const path = join(config.spoolDirectory, 'a/.whole', file ?? '');
        const altered = await readFile(path);
        altered[length - 1] = (altered[length - 1] ?? 0) ^ 1;
        await writeFile(path, altered);

        const found = await store.spool('a');
        expect('spool' in found && found.spool.receivedBytes).toBe(0);
        expect(await store.list('')).toEqual([]);
        expect(await partsKept()).toEqual([]);
        expect(await receive(store, 'a', bytes)).toBe(sha256(bytes));
      },
    );

    it('ends uploads that were given up a day ago, those of other folders never', async () => {
      for (const Key of ['org/landings/x', 'other/landings/y'])
        await client.send(new CreateMultipartUploadCommand({ Bucket: config.bucket, Key }));
      const s3 = openS3Connection(config);
      expect(await endAbandonedUploads(s3, Date.now() + 23 * 3_600_000)).toBe(0);
      expect(await endAbandonedUploads(s3, Date.now() + 25 * 3_600_000)).toBe(1);
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }));
      expect(Uploads?.map(({ Key }) => Key)).toEqual(['other/landings/y']);
      s3.client.destroy();
    });
  });

  describe('keeping what it has', () => {
    it('sets retention on landings, seals and entries, and removes none of them before its time', async () => {
      const store = open({ retention: { mode: 'GOVERNANCE', days: 2 } });
      const large = await receive(store, 'a', numbered(9 * MIB));
      await store.createOnce('seals/x/1.json', Buffer.from('{}'));
      await store.createOnce('quarantine/x/1.json', Buffer.from('{}'));
      for (const path of [`landings/${large}`, 'seals/x/1.json']) {
        const until = (await store.protection(path))?.retainedUntil ?? '';
        expect(Math.abs(Date.parse(until) - Date.now() - 2 * 86_400_000)).toBeLessThan(120_000);
        expect(await store.remove(path, null)).toBe('retained');
      }
      expect(await store.remove('quarantine/x/1.json', null)).toBe('removed');
      await store.forgetSpools('a');
      expect((await keys()).filter((key) => key.includes('.spool'))).toEqual([]);
    });

    it('keeps the version of a held object that somebody deletes, and says that it is missing until the marker goes', async () => {
      const store = open();
      await store.createOnce('seals/x/1.json', Buffer.from('{}'));
      const held = await store.hold('seals/x/1.json');
      const Key = 'org/seals/x/1.json';
      const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket: config.bucket, Key }));
      expect([await store.read('seals/x/1.json'), await store.protection('seals/x/1.json')]).toEqual([null, null]);
      expect(await store.list('seals')).toEqual([]);
      expect(await store.remove('seals/x/1.json', held?.versionId ?? null)).toBe('held');
      const kept = await client.send(
        new GetObjectCommand({ Bucket: config.bucket, Key, VersionId: held?.versionId ?? undefined }),
      );
      expect(await kept.Body?.transformToString()).toBe('{}');
      await client.send(new DeleteObjectCommand({ Bucket: config.bucket, Key, VersionId }));
      expect(await store.protection('seals/x/1.json')).toEqual({ ...held, held: true, retainedUntil: null });
    });

    it('says that a bucket without Object Lock cannot hold, and works otherwise', async () => {
      const store = open(await server().bucket({ lock: false }));
      expect(await store.holdable()).toEqual({
        holdable: false,
        why: expect.stringMatching(/has no Object Lock: make a/),
      });
      await receive(store, 'a', numbered(10));
      const path = `landings/${sha256(numbered(10))}`;
      expect(await store.protection(path)).toMatchObject({ held: false, retainedUntil: null });
      await expect(store.hold(path)).rejects.toMatchObject({ name: 'Blocked', message: /Object Lock/ });
      expect(await store.remove(path, null)).toBe('removed');
      expect(await store.list('')).toEqual([]);
    });

    it('asks for retention only where the bucket can give it', async () => {
      const lockless = await server().bucket({ lock: false });
      const store = open({ ...lockless, retention: { mode: 'COMPLIANCE', days: 1 } });
      await expect(store.createOnce('chain/000000000001.json', Buffer.from('{}'))).rejects.toMatchObject({
        name: 'Blocked',
        message: /retention on a bucket without Object Lock/,
      });
    });
  });

  it.each([100, 9 * MIB])('reads %i bytes as they are, where the store has altered them', async (length) => {
    const store = open();
    const hash = await receive(store, 'a', numbered(length));
    const file = join(server().directory, config.bucket, 'org/landings', hash);
    const bytes = await readFile(file);
    bytes[length - 1] = (bytes[length - 1] ?? 0) ^ 1;
    await writeFile(file, bytes);
    expect(await store.digest(`landings/${hash}`)).toEqual({ sha256: sha256(bytes), bytes: length });
    expect(proxy.seen(/^GET [^?]*\/landings\//)).toHaveLength(1);
  });

  it('lists more than a page', async () => {
    const store = open();
    const paths = Array.from({ length: 1050 }, (_, n) => `seals/x/${String(n).padStart(4, '0')}.json`);
    // Made as files, because the server's bucket is a directory.
    const folder = join(server().directory, config.bucket, 'org/seals/x');
    await mkdir(folder, { recursive: true });
    for (const path of paths) await writeFile(join(folder, basename(path)), '{}');
    expect(await store.list('seals')).toEqual(paths);
    expect(await store.list('seals', { after: paths[1040] ?? '' })).toEqual(paths.slice(1041));
    expect(proxy.seen(/list-type=2/)).toHaveLength(3);
  });

  it('writes nothing when it is opened for reading only', async () => {
    const store = openS3Store({ ...config, spoolDirectory: '/nowhere/at/all' }, { readOnly: true });
    opened.push(store);
    const blocked = { name: 'Blocked', message: /opened for reading only; nothing was written/ };
    await expect(store.createOnce('chain/x', Buffer.from(''))).rejects.toMatchObject(blocked);
    await expect(store.landBytes(Buffer.from(''), 'identity')).rejects.toMatchObject(blocked);
    await expect(store.spool('a')).rejects.toMatchObject(blocked);
    await expect(store.hold('chain/x')).rejects.toMatchObject(blocked);
    await expect(store.remove('chain/x', null)).rejects.toMatchObject(blocked);
    expect(await store.list('')).toEqual([]);
    expect(proxy.seen(/^(PUT|POST|DELETE)/)).toEqual([]);
  });

  /** Keys of all versions, sorted. */
  async function keys(): Promise<string[]> {
    const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket: config.bucket }));
    return [...(Versions ?? []), ...(DeleteMarkers ?? [])].map(({ Key }) => Key ?? '').sort();
  }

  /** Numbers of the parts that the store keeps of unfinished uploads. */
  async function partsKept(): Promise<string[]> {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }));
    const numbers: string[] = [];
    for (const { Key, UploadId } of Uploads ?? []) {
      const { Parts } = await client.send(new ListPartsCommand({ Bucket: config.bucket, Key, UploadId }));
      numbers.push(...(Parts ?? []).map(({ PartNumber }) => String(PartNumber)));
    }
    return numbers;
  }
});

async function begun(store: ObjectStore, name: string, bytes: Uint8Array): Promise<Spool> {
  const found = await store.spool(name);
  if ('landed' in found) throw new Error(`${name} has landed already`);
  await found.spool.begin({ totalBytes: bytes.byteLength, etag: null, encoding: 'identity' });
  await found.spool.append(inOne(bytes), () => undefined);
  return found.spool;
}

async function receive(store: ObjectStore, name: string, bytes: Uint8Array): Promise<string> {
  return (await (await begun(store, name, bytes)).finish()).sha256;
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

function partOf(call: string): string {
  return /partNumber=(\d+)/.exec(call)?.[1] ?? '';
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are async iterables
async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Bytes of which no two parts are alike. */
function numbered(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
