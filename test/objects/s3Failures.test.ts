import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { S3ObjectsConfig } from '../../src/config/storageConfig.js';
import { openS3Store, type S3Store } from '../../src/objects/s3Store.js';
import { testAuthority } from '../support/certificates.js';
import { type FaultyProxy, first, s3Error, startFaultyProxy } from '../support/faultyProxy.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { OBJECT_SERVER_KEYS, type ObjectServer, startObjectServer } from '../support/objectServer.js';
import { CAN_MOUNT, mountSmallDisk } from '../support/smallDisk.js';
import { type CompiledSource, compileSource, outputOf } from './compiledSource.js';

const program = await objectServerProgram();
const CHAIN = 'chain/000000000001.json';
const entry = Buffer.from('{"seq":1}');

describeObjectServer('a bucket, when things go wrong', program, (server) => {
  let config: S3ObjectsConfig;
  let proxy: FaultyProxy;
  let store: S3Store;
  const opened: S3Store[] = [];

  function open(changes: Partial<S3ObjectsConfig> = {}, maxAttempts = 4): S3Store {
    const next = openS3Store({ ...config, ...changes }, { maxAttempts });
    opened.push(next);
    return next;
  }

  beforeEach(async () => {
    config = await server().bucket();
    proxy = await startFaultyProxy(server().endpoint);
    config = { ...config, endpoint: proxy.url };
    store = open();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
    await proxy.close();
  });

  it('is asked again after 503 SlowDown, and says after some time that it is overloaded', async () => {
    proxy.meets(first(2, /^PUT/, s3Error(503, 'SlowDown')));
    expect(await store.createOnce(CHAIN, entry)).toBe('created');
    expect(proxy.seen(/^PUT/)).toHaveLength(3);

    proxy.meets(() => s3Error(503, 'SlowDown'));
    await expect(open({}, 2).createOnce('chain/x', entry)).rejects.toMatchObject({
      name: 'Transient',
      message: /writing chain\/x in s3:\/\/bucket-.* failed 2 times \(SlowDown 503\); .*; it is tried again/,
    });
  });

  it('waits as long as the store says, and rides out troubles however many there were before', async () => {
    const started = Date.now();
    proxy.meets(first(1, /^PUT/, s3Error(503, 'SlowDown', { 'retry-after': '2' })));
    expect(await store.createOnce(CHAIN, entry)).toBe('created');
    expect(Date.now() - started).toBeGreaterThan(1_500);
    // The SDK's own budget would be used up after 35 of them.
    const patient = open({}, 9);
    proxy.meets(first(40, /^GET/, s3Error(500, 'InternalError')));
    const read = await Promise.all(Array.from({ length: 20 }, () => patient.read(CHAIN)));
    expect(read.map((bytes) => bytes?.byteLength)).toEqual(Array(20).fill(entry.byteLength));
  });

  it.each([
    [403, 'AccessDenied', /the store denies access: grant what docs\/objects\.md lists/],
    [403, 'ExpiredToken', /the session’s credentials have expired/],
    [301, 'PermanentRedirect', /in another region or at another endpoint.*the bucket is in eu-west-1/],
    [400, 'AuthorizationHeaderMalformed', /set its region in OBJECTS_URL/],
    [507, 'XMinioStorageFull', /the store is full/],
    [403, 'QuotaExceeded', /quota is used up/],
    [501, 'NotImplemented', /lacks an operation/],
  ])('pauses the export on %i %s, and says what to do', async (status, code, message) => {
    proxy.meets(() => s3Error(status, code, { 'x-amz-bucket-region': 'eu-west-1' }));
    const blocked = { name: 'Blocked', message, facts: { status, code } };
    await expect(store.createOnce(CHAIN, entry)).rejects.toMatchObject(blocked);
    await expect(store.read(CHAIN)).rejects.toMatchObject(blocked);
    proxy.meets(() => null);
    expect(await store.createOnce(CHAIN, entry)).toBe('created');
  });

  it('says that keys are wrong, and never shows them', async () => {
    const secretAccessKey = 'another-not-a-secret';
    const wrong = open({ credentials: { ...OBJECT_SERVER_KEYS, secretAccessKey } });
    const refused = (await wrong.read(CHAIN).catch((error: unknown) => error)) as Error;
    expect(refused).toMatchObject({ name: 'Blocked', message: /refuses the signature: the secret key is wrong/ });
    const unknown = open({ credentials: { accessKeyId: 'stranger', secretAccessKey } });
    const stranger = (await unknown.read(CHAIN).catch((error: unknown) => error)) as Error;
    expect(stranger).toMatchObject({ name: 'Blocked', message: /does not know the access key/ });
    for (const error of [refused, stranger]) {
      const told = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      expect(told).not.toMatch(/not-a-secret|stranger|Signature=/);
    }
  });

  it('is never taken for empty when there is no such bucket', async () => {
    const none = open({ bucket: 'no-such-bucket' });
    const blocked = { name: 'Blocked', message: /there is no such bucket: make it, or correct OBJECTS_URL/ };
    await expect(none.list('chain')).rejects.toMatchObject(blocked);
    await expect(none.read(CHAIN)).rejects.toMatchObject(blocked);
    await expect(none.digest(CHAIN)).rejects.toMatchObject(blocked);
    await expect(none.protection(CHAIN)).rejects.toMatchObject(blocked);
    await expect(none.remove(CHAIN, null)).rejects.toMatchObject(blocked);
    await expect(none.holdable()).rejects.toMatchObject(blocked);
    await expect(none.createOnce(CHAIN, entry)).rejects.toMatchObject(blocked);
    await expect(none.landBytes(entry, 'identity')).rejects.toMatchObject(blocked);
    await expect(none.spool('a')).rejects.toMatchObject(blocked);
    await expect(none.readLanding(sha256(entry))).rejects.toMatchObject(blocked);
  });

  it('says both clocks when they differ too much', async () => {
    proxy.meets(() => s3Error(403, 'RequestTimeTooSkewed', { date: 'Sun, 22 Nov 2026 03:00:00 GMT' }));
    await expect(store.createOnce(CHAIN, entry)).rejects.toMatchObject({
      name: 'Blocked',
      message: /clock and the store’s differ.*the store says Sun, 22 Nov 2026 03:00:00 GMT, this machine /,
    });
  });

  it('is told the same thing once when the answer to it is lost', async () => {
    proxy.meets(first(1, /^PUT/, 'answer lost'));
    expect(await store.createOnce(CHAIN, entry)).toBe('created');
    expect(proxy.seen(/^PUT/)).toHaveLength(2);
    proxy.meets(first(1, /^PUT/, 'answer lost'));
    expect(await open().createOnce(CHAIN, entry)).toBe('exists');
    expect(await store.list('')).toEqual([CHAIN]);
  });

  it('is asked again when two create one object at the same moment', async () => {
    proxy.meets(first(2, /^PUT/, s3Error(409, 'ConditionalRequestConflict')));
    expect(await store.createOnce(CHAIN, entry)).toBe('created');
    proxy.meets(first(1, /^PUT/, s3Error(409, 'ConditionalRequestConflict')));
    expect(await store.createOnce(CHAIN, entry)).toBe('exists');
  });

  it('goes on with a body at the byte at which its connection was cut', async () => {
    const bytes = numbered(3_000_000);
    const { sha256: hash } = await store.landBytes(bytes, 'identity');
    const cuts = [1_000_000, 500_000];
    proxy.meets(() => {
      const cutAfter = cuts.shift();
      return cutAfter === undefined ? null : { cutAfter };
    });
    expect((await buffer(await store.readLanding(hash))).equals(bytes)).toBe(true);
    const gets = proxy.seen(/^GET [^?]*\/landings\//);
    expect(gets.map(({ range }) => range)).toEqual([undefined, 'bytes=1000000-2999999', 'bytes=1500000-2999999']);
    expect(gets.reduce((sum, { answeredBytes }) => sum + answeredBytes, 0)).toBe(bytes.byteLength);
  });

  it('gives up a body whose connection is cut again and again', async () => {
    const { sha256: hash } = await store.landBytes(numbered(300_000), 'identity');
    proxy.meets(() => ({ cutAfter: 0 }));
    await expect(store.digest(`landings/${hash}`)).rejects.toMatchObject({
      name: 'Transient',
      message: /reading landings\/.* from byte 0 in .* failed/,
    });
  });

  it('is found again after it was down, and is not missed while it is started again', async () => {
    await server().kill();
    const down = open({ endpoint: server().endpoint }, 2);
    await expect(down.createOnce(CHAIN, entry)).rejects.toMatchObject({
      name: 'Blocked',
      message: /nothing listens at the store’s address: start the store/,
    });
    const patient = openS3Store({ ...config, endpoint: server().endpoint });
    opened.push(patient);
    const creating = patient.createOnce(CHAIN, entry);
    await server().start();
    expect(await creating).toBe('created');
  });

  it('says that a name cannot be looked up', async () => {
    await expect(open({ endpoint: 'http://store.invalid' }, 1).read(CHAIN)).rejects.toMatchObject({
      name: 'Blocked',
      message: /host name (is not known|cannot be looked up)/,
    });
  });
});

describeObjectServer('a bucket behind TLS', program, () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-s3-tls-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('is spoken to when its authority is named, and refused when it is not or its certificate has expired', async () => {
    const authority = await testAuthority(directory);
    const [valid, expired] = await Promise.all([authority.sign('valid'), authority.sign('expired', -1)]);
    const tlsCaFile = authority.certificate;
    await withServer(valid, async (server) => {
      const config = await server.bucket();
      const trusting = openS3Store({ ...config, tlsCaFile });
      expect(await trusting.createOnce(CHAIN, entry)).toBe('created');
      await trusting.close();
      await expect(openS3Store(config).read(CHAIN)).rejects.toMatchObject({
        name: 'Blocked',
        message: /signed by nobody known: mend the certificate, or name its authority in AWS_CA_BUNDLE/,
      });
      expect(() => openS3Store({ ...config, tlsCaFile: join(directory, 'none.pem') })).toThrow(/ENOENT/);
      const plain = config.endpoint?.replace('https:', 'http:') ?? '';
      await expect(openS3Store({ ...config, endpoint: plain }, { maxAttempts: 1 }).read(CHAIN)).rejects.toMatchObject({
        name: /Blocked|Transient/,
      });
    });
    await withServer(expired, async (server) => {
      const config = await server.bucket();
      await expect(openS3Store({ ...config, tlsCaFile }).read(CHAIN)).rejects.toMatchObject({
        name: 'Blocked',
        message: /the store’s certificate has expired/,
      });
    });
  });

  async function withServer(
    tls: { certificate: string; key: string },
    work: (server: ObjectServer) => Promise<void>,
  ): Promise<void> {
    const server = await startObjectServer(program ?? '', { tls });
    try {
      await work(server);
    } finally {
      await server.close();
    }
  }
});

describeObjectServer('a bucket, and a machine of its own', program, (server) => {
  const asRoot = CAN_MOUNT ? it : it.skip;
  let source: CompiledSource;
  beforeAll(async () => {
    source = await compileSource();
  });
  afterAll(() => source.remove());

  it('is written to by a machine whose clock is twenty minutes behind', async () => {
    const config = await server().bucket();
    const script = `
      const realNow = Date.now;
      const RealDate = Date;
      globalThis.Date = class extends RealDate {
        constructor(...args) { if (args.length === 0) super(Date.now()); else super(...args); }
        static now() { return realNow() - 20 * 60_000; }
      };
      const { openS3Store } = await import('./src/objects/s3Store.js');
      const store = openS3Store(JSON.parse(process.argv[2]));
      console.log(await store.createOnce('${CHAIN}', Buffer.from('{}')));
      await store.close();
    `;
    expect((await outputOf(await source.run(script, [JSON.stringify(config)]))).trim()).toBe('created');
  });

  asRoot('is full, says so, and is gone on with when it has room', async () => {
    const home = mkdtempSync(join(tmpdir(), 'rosterline-s3-full-'));
    const disk = mountSmallDisk(home, 4 << 20);
    const small = await startObjectServer(program ?? '', { home });
    try {
      const config = { ...(await small.bucket()), spoolDirectory: mkdtempSync(join(tmpdir(), 'rosterline-spool-')) };
      const store = openS3Store(config);
      const bytes = numbered(2_500_000);
      const found = await store.spool('a');
      if (!('spool' in found)) throw new Error('landed already');
      await found.spool.begin({ totalBytes: bytes.byteLength, etag: null, encoding: 'identity' });
      await found.spool.append(inOne(bytes), () => undefined);
      writeFileSync(join(home, 'ballast'), Buffer.alloc(2 << 20));
      await expect(found.spool.finish()).rejects.toMatchObject({
        name: 'Blocked',
        message: /the store is full: give it space \(InsufficientStorage 507.*Its 2500000 bytes are kept in/,
      });
      rmSync(join(home, 'ballast'));
      expect((await store.spool('a')) as unknown).toMatchObject({ landed: { sha256: sha256(bytes) } });
      expect(await store.digest(`landings/${sha256(bytes)}`)).toMatchObject({ sha256: sha256(bytes) });
      await store.close();
      rmSync(config.spoolDirectory, { recursive: true });
    } finally {
      try {
        await small.close();
      } finally {
        disk.unmount();
        rmSync(home, { recursive: true, force: true });
      }
    }
  });
});

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
