import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { Spool } from '../../src/objects/objectStore.js';
import { type CompiledSource, compileSource, outputOf } from './compiledSource.js';

/** Tests that need `/dev/full` or `prlimit`. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('objects in a directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'rosterline-objects-')), 'objects');
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

  const hello = createHash('sha256').update('hello').digest('hex');
  const spoolDirectory = () => join(directory, '.spool/a');

  it('can be read by its owner only', async () => {
    const store = openFileStore({ directory });
    await begun('a', 'hel');
    await store.createOnce('seals/export/x/1.json', Buffer.from('{}'));
    await store.landBytes(Buffer.from('hello'), 'identity');
    for (const path of await readdir(directory, { recursive: true })) {
      const found = await stat(join(directory, path));
      expect([path, (found.mode & 0o777).toString(8)]).toEqual([path, found.isDirectory() ? '700' : '600']);
    }
    expect(((await stat(directory)).mode & 0o777).toString(8)).toBe('700');
  });

  describe('after a crash', () => {
    it('finishes a move that had not happened when the outcome was noted', async () => {
      const spool = await begun('a', 'hello');
      await cp(spoolDirectory(), `${directory}-kept`, { recursive: true });
      const landing = await spool.finish();
      await cp(join(spoolDirectory(), '.landed.json'), join(`${directory}-kept`, '.landed.json'));
      await rm(spoolDirectory(), { recursive: true });
      await rename(`${directory}-kept`, spoolDirectory());
      await rm(join(directory, 'landings', hello));

      expect(await openFileStore({ directory }).spool('a')).toEqual({ landed: landing });
      expect(existsSync(join(directory, 'landings', hello))).toBe(true);
      expect(await readdir(spoolDirectory())).toEqual(['.landed.json']);
    });

    it('receives a body anew when its landing was removed', async () => {
      await (await begun('a', 'hello')).finish();
      await rm(join(directory, 'landings', hello));
      const found = await openFileStore({ directory }).spool('a');
      expect('spool' in found && [found.spool.receivedBytes, found.spool.facts]).toEqual([0, null]);
    });

    it('counts nothing as kept when its record is damaged', async () => {
      await begun('a', 'hel');
      await writeFile(join(spoolDirectory(), '.receiving.json'), '{"v":1,"body":"../../../etc/passwd"');
      const found = await openFileStore({ directory }).spool('a');
      expect('spool' in found && [found.spool.receivedBytes, found.spool.facts]).toEqual([0, null]);
    });

    it('sweeps files that a killed process left unfinished, and leaves those of a running one', async () => {
      openFileStore({ directory });
      await writeFile(join(directory, '.scratch/1-old'), 'half');
      await writeFile(join(directory, '.scratch/2-new'), 'half');
      await utimes(join(directory, '.scratch/1-old'), new Date(0), new Date(0));
      openFileStore({ directory });
      expect(await readdir(join(directory, '.scratch'))).toEqual(['2-new']);
    });
  });

  it('lands one whole body when a late attempt and its successor receive it at once', async () => {
    const late = await begun('a', 'he', 5);
    const found = await openFileStore({ directory }).spool('a');
    if ('landed' in found) throw new Error('landed already');
    await found.spool.append(body('llo'), ignore);
    await late.append(body('ll', 'o'), ignore);
    expect((await found.spool.finish()).sha256).toBe(hello);
    expect((await late.finish()).sha256).toBe(hello);
  });

  it('keeps a late attempt out of the body that its successor began anew', async () => {
    const late = await begun('a', 'he', 5);
    const found = await openFileStore({ directory }).spool('a');
    if ('landed' in found) throw new Error('landed already');
    await found.spool.begin({ totalBytes: 5, etag: null, encoding: 'identity' });
    await expect(late.append(body('llo'), ignore)).rejects.toMatchObject({ name: 'Transient' });
    await found.spool.append(body('HELLO'), ignore);
    expect((await found.spool.finish()).sha256).toBe(createHash('sha256').update('HELLO').digest('hex'));
  });

  describe('protecting its files', () => {
    it('takes the write bits of what is held, and gives them back', async () => {
      const store = openFileStore({ directory });
      const { sha256 } = await store.landBytes(Buffer.from('hello'), 'identity');
      const mode = async () => ((await stat(join(directory, 'landings', sha256))).mode & 0o777).toString(8);
      await store.hold(`landings/${sha256}`);
      expect(await mode()).toBe('400');
      await store.releaseHold(`landings/${sha256}`, null);
      expect(await mode()).toBe('600');
    });

    it('replaces a landing whose bytes were altered, but not a held one', async () => {
      const store = openFileStore({ directory });
      await store.landBytes(Buffer.from('hello'), 'identity');
      await writeFile(join(directory, 'landings', hello), 'HELLO');
      await (await begun('a', 'hello')).finish();
      expect((await store.digest(`landings/${hello}`))?.sha256).toBe(hello);

      await writeFile(join(directory, 'landings', hello), 'HELLO');
      await store.hold(`landings/${hello}`);
      const held = { name: 'Blocked', message: /is held, and its bytes are not those that its name says/ };
      await expect(store.landBytes(Buffer.from('hello'), 'identity')).rejects.toMatchObject(held);
      await expect((await begun('b', 'hello')).finish()).rejects.toMatchObject(held);
      expect(Buffer.from((await store.read(`landings/${hello}`)) ?? []).toString()).toBe('HELLO');
      expect(await readdir(join(directory, '.scratch'))).toEqual([]);
    });

    it('removes nothing before its days of retention are over', async () => {
      const store = openFileStore({ directory, retentionDays: 2 });
      await store.createOnce('seals/x/1.json', Buffer.from('{}'));
      const day = 86_400_000;
      const until = (await store.protection('seals/x/1.json'))?.retainedUntil ?? '';
      expect(Math.abs(Date.parse(until) - Date.now() - 2 * day)).toBeLessThan(60_000);
      expect(await store.remove('seals/x/1.json', null)).toBe('retained');
      await utimes(join(directory, 'seals/x/1.json'), new Date(), new Date(Date.now() - 3 * day));
      expect(await store.protection('seals/x/1.json')).toEqual({ versionId: null, held: false, retainedUntil: null });
      expect(await store.remove('seals/x/1.json', null)).toBe('removed');
    });
  });

  describe('when the directory cannot be used', () => {
    const blocked = (message: RegExp) => ({ name: 'Blocked', message });

    it('says that it is gone, never that it is empty, and goes on when it is back', async () => {
      const store = openFileStore({ directory });
      const spool = await begun('a', 'he', 5);
      await rename(directory, `${directory}-away`);
      const gone = blocked(/the directory is gone: mount it or put it back \(ENOENT/);
      await expect(store.list('chain')).rejects.toMatchObject(gone);
      await expect(store.read('chain/000000000001.json')).rejects.toMatchObject(gone);
      await expect(store.digest('chain/000000000001.json')).rejects.toMatchObject(gone);
      await expect(store.createOnce('chain/000000000001.json', Buffer.from('x'))).rejects.toMatchObject(gone);
      await expect(store.landBytes(Buffer.from('x'), 'identity')).rejects.toMatchObject(gone);
      await expect(store.spool('a')).rejects.toMatchObject(gone);
      await expect(store.readLanding(hello)).rejects.toMatchObject(gone);
      await expect(spool.append(body('llo'), ignore)).rejects.toMatchObject(gone);
      await expect(spool.finish()).rejects.toMatchObject({ name: 'Transient' });
      expect(existsSync(directory)).toBe(false);

      await rename(`${directory}-away`, directory);
      await spool.append(body('llo'), ignore);
      expect((await spool.finish()).sha256).toBe(hello);
    });

    it('does not take an empty mount point for its directory', async () => {
      const store = openFileStore({ directory });
      await rename(directory, `${directory}-away`);
      await mkdir(directory);
      await expect(store.list('chain')).rejects.toMatchObject(blocked(/ENOENT/));
      await expect(store.createOnce('chain/000000000001.json', Buffer.from('x'))).rejects.toMatchObject(
        blocked(/ENOENT/),
      );
    });

    onLinux('says that the disk is full, and keeps what was received', async () => {
      const spool = await begun('a', 'he', 5);
      const file = (await readdir(spoolDirectory())).find((name) => name.startsWith('.body-')) ?? '';
      await rename(join(spoolDirectory(), file), join(spoolDirectory(), 'aside'));
      await symlink('/dev/full', join(spoolDirectory(), file));
      await expect(spool.append(body('llo'), ignore)).rejects.toMatchObject(
        blocked(
          /the disk is full: free some space \(ENOSPC while appending the body of a in .*\)\. 2 bytes of it are kept/,
        ),
      );
      await rm(join(spoolDirectory(), file));
      await rename(join(spoolDirectory(), 'aside'), join(spoolDirectory(), file));
      await spool.append(body('llo'), ignore);
      expect((await spool.finish()).sha256).toBe(hello);
    });

    it('says that a file stands in its way', async () => {
      await mkdir(join(directory, '..'), { recursive: true });
      await writeFile(directory, 'not a directory');
      expect(() => openFileStore({ directory })).toThrow(/move it away \(ENOTDIR/);
    });
  });

  describe('opened for reading only', () => {
    it('makes nothing, and refuses to write', async () => {
      expect(() => openFileStore({ directory, readOnly: true })).toThrow(/mount it or put it back \(ENOENT/);
      await mkdir(join(directory, 'chain'), { recursive: true });
      await writeFile(join(directory, 'chain/000000000001.json'), '{}');
      const store = openFileStore({ directory, readOnly: true });
      expect(await store.list('')).toEqual(['chain/000000000001.json']);
      expect(await store.read('seals/x/1.json')).toBeNull();
      await expect(store.createOnce('chain/x.json', Buffer.from('x'))).rejects.toMatchObject({ name: 'Blocked' });
      await expect(store.landBytes(Buffer.from('x'), 'identity')).rejects.toMatchObject({ name: 'Blocked' });
      await expect(store.hold('chain/000000000001.json')).rejects.toMatchObject({ name: 'Blocked' });
      await expect(store.remove('chain/000000000001.json', null)).rejects.toMatchObject({ name: 'Blocked' });
      expect(await store.holdable()).toMatchObject({ holdable: false });
      expect(await readdir(directory)).toEqual(['chain']);
    });
  });

  async function begun(name: string, first: string, totalBytes = first.length): Promise<Spool> {
    const found = await openFileStore({ directory }).spool(name);
    if ('landed' in found) throw new Error('landed already');
    await found.spool.begin({ totalBytes, etag: null, encoding: 'identity' });
    await found.spool.append(body(first), ignore);
    return found.spool;
  }
});

describe('a process that may not write larger files', () => {
  let source: CompiledSource;
  let directory: string;
  beforeAll(async () => {
    source = await compileSource();
    directory = await mkdtemp(join(tmpdir(), 'rosterline-limited-'));
  });
  afterAll(async () => {
    await source.remove();
    await rm(directory, { recursive: true, force: true });
  });

  onLinux('stops as Blocked with exactly what fitted, and a process without the limit goes on there', async () => {
    const limited = `
      import { execFileSync } from 'node:child_process';
      import { openFileStore } from './src/objects/fileStore.js';
      execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=100000']);
      const { spool } = await openFileStore({ directory: process.argv[2] }).spool('a');
      await spool.begin({ totalBytes: 250000, etag: null, encoding: 'identity' });
      async function* body() { for (let n = 0; n < 10; n++) yield Buffer.alloc(25000 + 3 * n, 'x'); }
      try { await spool.append(body(), () => {}); } catch (error) { console.log(JSON.stringify([error.name, error.message])); }
    `;
    const output = await outputOf(await source.run(limited, [directory]));
    expect(JSON.parse(output)).toEqual(['Blocked', expect.stringMatching(/EFBIG.*100000 bytes of it are kept/)]);

    const found = await openFileStore({ directory }).spool('a');
    if ('landed' in found) throw new Error('landed already');
    expect(found.spool.receivedBytes).toBe(100_000);
    await found.spool.append(body('x'.repeat(150_000)), ignore);
    expect((await found.spool.finish()).sha256).toBe(createHash('sha256').update('x'.repeat(250_000)).digest('hex'));
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are async iterables
async function* body(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function ignore(): void {
  // Totals are checked in the contract suite.
}
