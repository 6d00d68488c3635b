import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bindSeals } from '../../src/custody/bindSeals.js';
import { appendEntry, chainHead, type ChainLink, readChain } from '../../src/custody/chain.js';
import type { CustodyLedger } from '../../src/custody/custodyLedger.js';
import type { CustodyStore } from '../../src/custody/custodyStore.js';
import { verify } from '../../src/custody/verify.js';
import { writeSeals } from '../../src/custody/writeSeals.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { type CompiledSource, compileSource, ended } from '../objects/compiledSource.js';
import { SealedOrganisation } from './sealedOrganisation.js';

const ENTRY = { kind: 'export', at: '2024-03-01T00:00:00.000Z' } as const;

describe('binding seals', () => {
  let org: SealedOrganisation;
  beforeEach(async () => {
    org = await SealedOrganisation.make();
  });
  afterEach(() => org.remove());

  it('writes what is open, binds it with one entry and remembers the head', async () => {
    await org.add('seals/export/x/1.json', { a: 1 });
    await org.add('seals/export/y/1.json', { a: 2 });
    const head = await bindSeals(org.store, org.ledger, ENTRY);
    expect(await links(org)).toMatchObject([
      {
        path: head?.path,
        sha256: head?.sha256,
        entry: {
          seq: 1,
          previous: null,
          kind: 'export',
          seals: [{ path: 'seals/export/x/1.json' }, { path: 'seals/export/y/1.json' }],
        },
      },
    ]);
    expect(org.ledger.head).toEqual({ seq: 1, sha256: head?.sha256 });
    expect(await org.ledger.openSeals()).toEqual([]);
  });

  it('adds no entry when there is nothing to bind', async () => {
    expect(await bindSeals(org.store, org.ledger, ENTRY)).toBeNull();
    await org.add('seals/export/x/1.json', {});
    const head = await bindSeals(org.store, org.ledger, ENTRY);
    expect(await bindSeals(org.store, org.ledger, ENTRY)).toEqual(head);
    expect(await links(org)).toHaveLength(1);
  });

  it('links each entry to the one before, and binds what a killed export left', async () => {
    await org.add('seals/export/x/1.json', {});
    const one = await bindSeals(org.store, org.ledger, ENTRY);
    await org.add('seals/export/left/1.json', {});
    await writeSeals(org.store, org.ledger);
    await org.add('seals/export/y/1.json', {});
    await bindSeals(org.store, org.ledger, ENTRY);
    expect((await links(org))[1]?.entry).toMatchObject({
      previous: one?.sha256,
      seals: [{ path: 'seals/export/left/1.json' }, { path: 'seals/export/y/1.json' }],
    });
  });

  it('binds each seal once when it is killed before or after any step and starts again', async () => {
    for (let step = 0, finished = false; !finished; step++) {
      const crashing = await SealedOrganisation.make();
      try {
        await crashing.add('seals/export/x/1.json', { kind: 'note' });
        await bindSeals(crashing.store, crashing.ledger, ENTRY);
        await crashing.add('seals/export/y/1.json', { kind: 'note', n: 1 });
        await crashing.add('seals/export/z/1.json', { kind: 'note', n: 2 });
        const fuse = { left: step };
        finished = await bindSeals(
          burning(crashing.store, fuse),
          burning(crashing.ledger as CustodyLedger, fuse),
          ENTRY,
        ).then(
          () => true,
          () => false,
        );
        if (step % 3 === 0) await crashing.add('seals/export/later/1.json', { kind: 'note', n: 3 });
        await bindSeals(crashing.store, crashing.ledger, ENTRY);
        const bound = (await links(crashing)).flatMap((link) => link.entry?.seals.map((seal) => seal.path) ?? []);
        expect([step, [...bound].sort()]).toEqual([step, [...new Set(bound)].sort()]);
        expect(bound).toEqual(expect.arrayContaining(['seals/export/y/1.json', 'seals/export/z/1.json']));
        expect(await crashing.ledger.openSeals()).toEqual([]);
        expect(crashing.ledger.head).toEqual(await chainHead(crashing.store));
        expect(await verify({ store: crashing.store, facts: crashing.ledger })).toMatchObject({ ok: true });
      } finally {
        await crashing.remove();
      }
      if (step > 200) throw new Error('never finished');
    }
  });

  it('binds each seal once when two exports end at the same moment', async () => {
    for (let n = 0; n < 5; n++) await org.add(`seals/export/${n}/1.json`, { n });
    const heads = await Promise.all(
      [1, 2, 3].map(() => bindSeals(openFileStore({ directory: org.directory }), org.ledger, ENTRY)),
    );
    expect(new Set(heads.map((head) => head?.sha256)).size).toBe(1);
    expect((await links(org)).flatMap((link) => link.entry?.seals ?? [])).toHaveLength(5);
  });

  it('refuses to go on behind a chain that lost the head it knew', async () => {
    await org.add('seals/export/x/1.json', {});
    await bindSeals(org.store, org.ledger, ENTRY);
    await org.add('seals/export/y/1.json', {});
    await rm(join(org.directory, 'chain/000000000001.json'));
    await expect(bindSeals(org.store, org.ledger, ENTRY)).rejects.toMatchObject({
      name: 'Blocked',
      message:
        /chain\/000000000001.json .* is missing, though the warehouse knows it; nothing was added .* put the objects back/,
    });
    expect(await links(org)).toEqual([]);
  });

  it('refuses a seal where another stands, and keeps both', async () => {
    await org.store.createOnce('seals/export/x/1.json', Buffer.from('{"other":true}'));
    await org.add('seals/export/x/1.json', {});
    await expect(bindSeals(org.store, org.ledger, ENTRY)).rejects.toMatchObject({
      name: 'Conflict',
      message: /seals\/export\/x\/1.json/,
    });
    expect(await org.ledger.openSeals()).toHaveLength(1);
  });

  it('refuses a text that does not have its hash', async () => {
    await org.ledger.addSeal({ path: 'seals/export/x/1.json', sha256: 'a'.repeat(64), content: '{}' });
    await expect(writeSeals(org.store, org.ledger)).rejects.toMatchObject({ name: 'Corrupt' });
    expect(await org.store.list('seals')).toEqual([]);
  });
});

describe('the chain', () => {
  let org: SealedOrganisation;
  let source: CompiledSource;
  beforeAll(async () => {
    source = await compileSource();
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    org = await SealedOrganisation.make();
  });
  afterEach(() => org.remove());

  it('takes the entries of two processes one after the other, when both add at once', async () => {
    const appender = `
      import { openFileStore } from './src/objects/fileStore.js';
      import { appendEntry } from './src/custody/chain.js';
      const store = openFileStore({ directory: process.argv[2] });
      for (let n = 0; n < 30; n++) {
        const seals = [{ path: 'seals/' + process.argv[3] + '/' + n + '.json', sha256: 'a'.repeat(64) }];
        await appendEntry(store, { kind: 'round', at: new Date().toISOString(), seals });
      }
    `;
    const children = await Promise.all(['a', 'b'].map((name) => source.run(appender, [org.directory, name])));
    expect(await Promise.all(children.map(ended))).toEqual([0, 0]);

    const chain = await links(org);
    expect(chain.map((link) => link.seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    for (const [n, link] of chain.entries()) expect(link.entry?.previous).toBe(chain[n - 1]?.sha256 ?? null);
    for (const name of ['a', 'b']) {
      const own = chain
        .map((link) => link.entry?.seals[0]?.path ?? '')
        .filter((path) => path.startsWith(`seals/${name}/`));
      expect(own).toEqual(Array.from({ length: 30 }, (_, n) => `seals/${name}/${n}.json`));
    }
  });

  it('is not built on when its newest file is no entry', async () => {
    await org.store.createOnce('chain/000000000001.json', Buffer.from('{"v":1'));
    await expect(appendEntry(org.store, { ...ENTRY, seals: [] })).rejects.toMatchObject({
      name: 'Blocked',
      message: /chain\/000000000001.json in .* is not JSON; nothing was added/,
    });
  });

  it('leaves out files that are not of it', async () => {
    await org.store.createOnce('chain/notes.txt', Buffer.from('hello'));
    expect(await appendEntry(org.store, { ...ENTRY, seals: [] })).toMatchObject({ seq: 1 });
  });
});

async function links(org: SealedOrganisation): Promise<ChainLink[]> {
  const found: ChainLink[] = [];
  for await (const link of readChain(org.store)) found.push(link);
  return found;
}

/** The same object, which "kills the process" at a call: odd steps before the call happens, even ones right after. */
function burning<T extends CustodyStore | CustodyLedger>(target: T, fuse: { left: number }): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (fuse.left-- === 0) throw new Error('killed before');
        const result: unknown = await Reflect.apply(value, of, args);
        if (fuse.left-- === 0) throw new Error('killed after');
        return result;
      };
    },
  });
}
