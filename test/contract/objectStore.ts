import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Landing } from '../../src/domain/landing.js';
import type { BodyFacts, ObjectStore, Spool } from '../../src/objects/objectStore.js';

/** A place for objects, empty; `open` may be called again, as a restarted process would. */
export interface ObjectStorePlace {
  open(): Promise<ObjectStore>;
  remove(): Promise<void>;
}

/**
 * What every object store must do, whatever it is made of.
 *
 * @param name of the store under test, for the report.
 * @param makePlace a fresh, empty place for each test.
 */
export function objectStoreContract(name: string, makePlace: () => Promise<ObjectStorePlace>): void {
  describe(`${name} as an object store`, () => {
    let place: ObjectStorePlace;
    let store: ObjectStore;

    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
    });
    afterEach(() => place.remove());

    const plain = (totalBytes: number | null): BodyFacts => ({ totalBytes, etag: '"v1"', encoding: 'identity' });

    it('lands a body under the hash of exactly the bytes received', async () => {
      const spool = await spoolOf(store, 'export/x/download');
      await spool.begin(plain(11));
      const totals: number[] = [];
      await spool.append(chunks('hello ', 'world'), (total) => totals.push(total));

      expect(await spool.finish()).toEqual({ sha256: sha256('hello world'), bytes: 11, encoding: 'identity' });
      expect(totals).toEqual([6, 11]);
      expect(await textOf(store, sha256('hello world'))).toBe('hello world');
    });

    it('goes on where an earlier process stopped', async () => {
      const before = await spoolOf(store, 'export/x/download');
      await before.begin({ totalBytes: 11, etag: '"abc"', encoding: 'gzip' });
      await before.append(chunks('hello '), ignore);

      const after = await spoolOf(await place.open(), 'export/x/download');
      expect(after.receivedBytes).toBe(6);
      expect(after.facts).toEqual({ totalBytes: 11, etag: '"abc"', encoding: 'gzip' });
      await after.append(chunks('world'), ignore);
      expect(await after.finish()).toEqual({ sha256: sha256('hello world'), bytes: 11, encoding: 'gzip' });
    });

    it('keeps what came when a body breaks off, and hands on the reason', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(11));
      await expect(spool.append(breaksOff('hello '), ignore)).rejects.toThrow('socket hang up');
      expect(spool.receivedBytes).toBe(6);
      await spool.append(chunks('world'), ignore);
      expect((await spool.finish()).sha256).toBe(sha256('hello world'));
    });

    it('refuses to land a truncated body, and keeps it', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(11));
      await spool.append(chunks('hello '), ignore);
      await expect(spool.finish()).rejects.toMatchObject({
        name: 'Transient',
        message: /6 of 11 bytes; they are kept/,
      });
      expect((await spoolOf(await place.open(), 'a')).receivedBytes).toBe(6);
    });

    it('drops a body that is longer than announced', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(4));
      await expect(spool.append(chunks('hel', 'lo'), ignore)).rejects.toMatchObject({ name: 'Transient' });
      const again = await spoolOf(await place.open(), 'a');
      expect([again.receivedBytes, again.facts]).toEqual([0, null]);
    });

    it('lands a body of unknown length, and an empty one', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(null));
      await spool.append(chunks('hello'), ignore);
      expect((await spool.finish()).bytes).toBe(5);
      const empty = await spoolOf(store, 'b');
      await empty.begin(plain(0));
      expect(await empty.finish()).toEqual({ sha256: sha256(''), bytes: 0, encoding: 'identity' });
      expect(await textOf(store, sha256(''))).toBe('');
    });

    it('remembers across processes what became of a finished download', async () => {
      const landing = await land(store, 'export/x/download', 'hello');
      expect(await (await place.open()).spool('export/x/download')).toEqual({ landed: landing });
    });

    it('starts from nothing when told to begin again', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(5));
      await spool.append(chunks('old'), ignore);
      await spool.begin(plain(3));
      expect(spool.receivedBytes).toBe(0);
      await spool.append(chunks('new'), ignore);
      expect((await spool.finish()).sha256).toBe(sha256('new'));
    });

    it('forgets a body and its outcome when it is discarded, and keeps the landing', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(5));
      await spool.append(chunks('hello'), ignore);
      await spool.finish();
      await spool.discard();
      expect((await spoolOf(store, 'a')).facts).toBeNull();
      expect(await textOf(store, sha256('hello'))).toBe('hello');
    });

    it('forgets the spools of a sealed window, and of no other', async () => {
      await land(store, 'export/x/2024-01-01_2024-01-0', 'one');
      await land(store, 'export/x/2024-01-01_2024-01-08/0', 'two');
      await land(store, 'export/x/2024-01-01_2024-01-08/1', 'three');
      await store.forgetSpools('export/x/2024-01-01_2024-01-08');
      expect('landed' in (await store.spool('export/x/2024-01-01_2024-01-0'))).toBe(true);
      expect('landed' in (await store.spool('export/x/2024-01-01_2024-01-08/0'))).toBe(false);
      expect('landed' in (await store.spool('export/x/2024-01-01_2024-01-08/1'))).toBe(false);
      expect(await textOf(store, sha256('two'))).toBe('two');
      await store.forgetSpools('export/never-begun');
    });

    it('stores the same bytes once, however they came', async () => {
      const landing = await land(store, 'a', 'hello');
      expect(await land(store, 'b', 'hello')).toEqual(landing);
      expect(await store.landBytes(Buffer.from('hello'), 'identity')).toEqual(landing);
      expect(await store.list('landings')).toEqual([`landings/${landing.sha256}`]);
    });

    it('says that a landing is missing', async () => {
      await expect(store.readLanding(sha256('never landed'))).rejects.toMatchObject({ name: 'Corrupt' });
      expect(await store.digest(`landings/${sha256('never landed')}`)).toBeNull();
    });

    it('creates an object once, whoever comes second', async () => {
      expect(await store.createOnce('chain/000000000001.json', Buffer.from('first'))).toBe('created');
      expect(await store.createOnce('chain/000000000001.json', Buffer.from('second'))).toBe('exists');
      expect(Buffer.from((await store.read('chain/000000000001.json')) ?? []).toString()).toBe('first');
    });

    it('lets exactly one of many at once create an object, whole', async () => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => place.open()));
      const outcomes = await Promise.all(
        stores.map((each, n) => each.createOnce('chain/000000000001.json', Buffer.alloc(100_000, 97 + n))),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      const winner = outcomes.indexOf('created');
      expect(await store.digest('chain/000000000001.json')).toEqual({
        sha256: sha256(Buffer.alloc(100_000, 97 + winner)),
        bytes: 100_000,
      });
      expect(await store.list('')).toEqual(['chain/000000000001.json']);
    });

    it('reads and digests what there is, and says null of what there is not', async () => {
      await store.createOnce('seals/export/x/1.json', Buffer.from('{}'));
      expect(await store.digest('seals/export/x/1.json')).toEqual({ sha256: sha256('{}'), bytes: 2 });
      for (const path of ['seals/export/x/2.json', 'seals/export', 'seals/export/x/1.json/deeper']) {
        expect([await store.read(path), await store.digest(path)]).toEqual([null, null]);
      }
    });

    it('lists a folder by UTF-16 code units, and only that folder', async () => {
      for (const path of ['seals/b/10.json', 'seals/b/9.json', 'seals/B/1.json', 'seals/b-c/1.json', 'other/1.json']) {
        await store.createOnce(path, Buffer.from('{}'));
      }
      expect(await store.list('seals')).toEqual([
        'seals/B/1.json',
        'seals/b-c/1.json',
        'seals/b/10.json',
        'seals/b/9.json',
      ]);
      expect(await store.list('seals/b')).toEqual(['seals/b/10.json', 'seals/b/9.json']);
      expect(await store.list('seals/nothing')).toEqual([]);
    });

    it('lists what comes after a path, and reads the first bytes alone', async () => {
      for (const n of [1, 2, 3]) await store.createOnce(`chain/00000000000${n}.json`, Buffer.from(`{"seq":${n}}`));
      await store.createOnce('chain/empty', Buffer.alloc(0));
      expect((await store.list('chain', { after: 'chain/000000000002.json' })).slice(-2)).toEqual([
        'chain/000000000003.json',
        'chain/empty',
      ]);
      const first = await store.read('chain/000000000001.json', { firstBytes: 4 });
      expect(Buffer.from(first ?? []).toString()).toMatch(/^\{"se/);
      const all = await store.read('chain/000000000001.json', { firstBytes: 1000 });
      expect(Buffer.from(all ?? []).toString()).toBe('{"seq":1}');
      expect(await store.read('chain/empty', { firstBytes: 4 })).toHaveLength(0);
      expect(await store.read('chain/none', { firstBytes: 4 })).toBeNull();
    });

    it('does not list bodies on their way', async () => {
      const spool = await spoolOf(store, 'a');
      await spool.begin(plain(5));
      await spool.append(chunks('hel'), ignore);
      expect(await store.list('')).toEqual([]);
    });

    it.each([
      '../x',
      '/etc/passwd',
      'a/../b',
      'a//b',
      'a/./b',
      'a/.hidden',
      '',
      'a b',
      'é',
      'a\0b',
      'a\\b',
      `a/${'x'.repeat(300)}`,
    ])('refuses the path %j everywhere', async (path) => {
      const refused = { name: 'InvalidInput' };
      await expect(store.createOnce(path, Buffer.from('x'))).rejects.toMatchObject(refused);
      await expect(store.read(path)).rejects.toMatchObject(refused);
      await expect(store.digest(path)).rejects.toMatchObject(refused);
      await expect(store.spool(path)).rejects.toMatchObject(refused);
      await expect(store.forgetSpools(path)).rejects.toMatchObject(refused);
      await expect(store.readLanding(path)).rejects.toMatchObject(refused);
      await expect(store.protection(path)).rejects.toMatchObject(refused);
      await expect(store.hold(path)).rejects.toMatchObject(refused);
      await expect(store.releaseHold(path, null)).rejects.toMatchObject(refused);
      await expect(store.remove(path, null)).rejects.toMatchObject(refused);
      if (path !== '') await expect(store.list(path)).rejects.toMatchObject(refused);
    });

    it('lets nobody name a landing', async () => {
      await expect(store.createOnce(`landings/${sha256('x')}`, Buffer.from('y'))).rejects.toMatchObject({
        name: 'InvalidInput',
      });
    });

    describe('protecting what it has', () => {
      const path = 'seals/export/x/1.json';
      const landing = `landings/${sha256('hello')}`;

      it('says that it can, and that nothing is held at first', async () => {
        expect(await store.holdable()).toEqual({ holdable: true });
        await store.createOnce(path, Buffer.from('{}'));
        expect(await store.protection(path)).toMatchObject({ held: false, retainedUntil: null });
      });

      it('knows nothing of objects that are not there', async () => {
        for (const missing of [path, 'seals/export', landing]) {
          expect(await store.protection(missing)).toBeNull();
          expect(await store.hold(missing)).toBeNull();
          expect(await store.remove(missing, null)).toBe('missing');
          await store.releaseHold(missing, null);
        }
        await store.createOnce(path, Buffer.from('{}'));
        expect(await store.protection('seals/export')).toBeNull();
      });

      it('keeps what is held until it is released, by whichever process', async () => {
        await land(store, 'a', 'hello');
        const held = await store.hold(landing);
        const versionId = held?.versionId ?? null;
        expect(await store.hold(landing)).toEqual(held);
        expect(await store.protection(landing)).toEqual({ versionId, held: true, retainedUntil: null });
        const other = await place.open();
        expect(await other.remove(landing, versionId)).toBe('held');
        expect(await other.remove(landing, null)).toBe('held');
        expect(await textOf(store, sha256('hello'))).toBe('hello');

        await other.releaseHold(landing, versionId);
        await store.releaseHold(landing, versionId);
        expect(await store.protection(landing)).toEqual({ versionId, held: false, retainedUntil: null });
        expect(await store.remove(landing, versionId)).toBe('removed');
        expect(await store.remove(landing, versionId)).toBe('missing');
        expect([await store.digest(landing), await store.list('')]).toEqual([null, []]);
      });

      it('leaves a held landing as it is when the same bytes land again', async () => {
        await land(store, 'a', 'hello');
        const held = await store.hold(landing);
        await land(store, 'b', 'hello');
        await store.landBytes(Buffer.from('hello'), 'identity');
        expect(await store.protection(landing)).toEqual({
          versionId: held?.versionId ?? null,
          held: true,
          retainedUntil: null,
        });
        await store.releaseHold(landing, held?.versionId ?? null);
      });

      it('removes one object for good, and receives it anew when it is wanted again', async () => {
        const landed = await land(store, 'a', 'hello');
        await land(store, 'b', 'other');
        expect(await store.remove(landing, null)).toBe('removed');
        expect(await store.list('landings')).toEqual([`landings/${sha256('other')}`]);
        expect(await land(await place.open(), 'a', 'hello')).toEqual(landed);
        expect(await textOf(store, sha256('hello'))).toBe('hello');
      });
    });

    it('carries a large body without holding it', async () => {
      const chunk = Buffer.alloc(1 << 20, 'x');
      const spool = await spoolOf(store, 'large');
      await spool.begin(plain(64 << 20));
      await spool.append(repeated(chunk, 64), ignore);
      const landing = await spool.finish();
      const hash = createHash('sha256');
      for (let n = 0; n < 64; n++) hash.update(chunk);
      expect(landing).toEqual({ sha256: hash.digest('hex'), bytes: 64 << 20, encoding: 'identity' });
      expect(await store.digest(`landings/${landing.sha256}`)).toEqual({ sha256: landing.sha256, bytes: 64 << 20 });
    });
  });
}

async function spoolOf(store: ObjectStore, name: string): Promise<Spool> {
  const opened = await store.spool(name);
  if ('landed' in opened) throw new Error(`${name} has landed already`);
  return opened.spool;
}

async function land(store: ObjectStore, name: string, text: string): Promise<Landing> {
  const spool = await spoolOf(store, name);
  await spool.begin({ totalBytes: Buffer.byteLength(text), etag: null, encoding: 'identity' });
  await spool.append(chunks(text), ignore);
  return await spool.finish();
}

async function textOf(store: ObjectStore, hash: string): Promise<string> {
  return (await buffer(await store.readLanding(hash))).toString();
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are async iterables
async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are async iterables
async function* repeated(chunk: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < times; n++) yield chunk;
}

async function* breaksOff(text: string): AsyncGenerator<Uint8Array> {
  yield* chunks(text);
  throw new Error('socket hang up');
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function ignore(): void {
  // The contract's totals are checked in one test.
}
