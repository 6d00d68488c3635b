import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canonicalBytes, sha256Hex } from '../../src/custody/canonicalJson.js';
import { appendEntry } from '../../src/custody/chain.js';
import type { VerifyReport } from '../../src/custody/verifyReport.js';
import { verify } from '../../src/custody/verify.js';
import type { WindowSeal } from '../../src/domain/seal.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { SealedOrganisation } from './sealedOrganisation.js';

const JANUARY = { from: '2024-01-01', to: '2024-01-08' };
const LATER = { from: '2024-01-08', to: '2024-01-15' };

describe('verifying an organisation', () => {
  let org: SealedOrganisation;
  let first: WindowSeal;
  let second: WindowSeal;
  let head: { seq: number; sha256: string };

  beforeEach(async () => {
    org = await SealedOrganisation.make();
    first = await org.load(JANUARY);
    await org.endExport('historyExport/one', [first]);
    second = await org.load(LATER);
    head = await org.endExport('historyExport/two', [second]);
  });
  afterEach(() => org.remove());

  const check = (expectedHead?: string): Promise<VerifyReport> =>
    verify({ store: org.store, facts: org.ledger, ...(expectedHead === undefined ? {} : { expectedHead }) });
  const checkObjectsAlone = (expectedHead?: string): Promise<VerifyReport> =>
    verify({
      store: openFileStore({ directory: org.directory, readOnly: true }),
      facts: null,
      ...(expectedHead === undefined ? {} : { expectedHead }),
    });
  /** Changes objects with the shell, from the store's directory: not with our own code. */
  const shell = (script: string): void => {
    execFileSync('sh', ['-euc', script], { cwd: org.directory, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const fileHash = async (path: string): Promise<string> => sha256Hex(await readFile(join(org.directory, path)));
  const firstSeal = 'seals/export/adherence/mu1/2024-01-01_2024-01-08/1.json';
  const firstLanding = (): string => `landings/${first.landings[0]?.sha256 ?? ''}`;

  it('finds nothing wrong where nothing is, and counts what it hashed', async () => {
    const report = await check(head.sha256);
    expect(report).toEqual({
      ok: true,
      windows: 2,
      rounds: 0,
      purged: 0,
      // Two windows' and two exports' seals, a landing and a structure of each, two entries.
      objects: 10,
      bytes: Number(
        execFileSync('sh', ['-c', 'cat landings/* chain/* $(find seals -type f) | wc -c'], { cwd: org.directory }),
      ),
      signatures: 0,
      keys: [],
      broken: [],
      differences: { count: 0, first: [] },
    });
    expect((await checkObjectsAlone(head.sha256)).ok).toBe(true);
  });

  it('is content with an organisation that exported nothing', async () => {
    const empty = await SealedOrganisation.make();
    try {
      expect(await verify({ store: empty.store, facts: empty.ledger })).toEqual({
        ok: true,
        windows: 0,
        rounds: 0,
        purged: 0,
        objects: 0,
        bytes: 0,
        signatures: 0,
        keys: [],
        broken: [],
        differences: { count: 0, first: [] },
      });
    } finally {
      await empty.remove();
    }
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await verify({ store: org.store, facts: null, onProgress: ({ objects }) => seen.push(objects) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('counts what Genesys published differently, and calls it no damage', async () => {
    org.ledger.differences = [
      { managementUnitId: 'mu1', userId: 'u1', localDate: '2024-01-02', published: 90, computed: 91 },
    ];
    expect(await check()).toMatchObject({ ok: true, differences: { count: 1, first: [{ userId: 'u1' }] } });
  });

  describe('finds a landing', () => {
    it.each([
      [
        'one byte changed by Python',
        (path: string) => `python3 -c "
import sys
with open('${path}', 'r+b') as f: f.seek(3); f.write(b'X')"`,
      ],
      [
        'one bit changed by dd',
        (path: string) => `printf '\\143' | dd of=${path} bs=1 seek=0 conv=notrunc 2>/dev/null`,
      ],
      ['cut by truncate', (path: string) => `truncate -s 5 ${path}`],
      ['grown by a shell', (path: string) => `printf x >> ${path}`],
      ['replaced by another landing', (path: string) => `cp "$(ls landings/* | grep -v ${path} | head -1)" ${path}`],
    ])('%s', async (_, command) => {
      shell(command(firstLanding()));
      const expected = {
        kind: 'landing-altered',
        windowId: first.windowId,
        object: firstLanding(),
        expected: first.landings[0]?.sha256,
        actual: await fileHash(firstLanding()),
      };
      expect(await check()).toMatchObject({ ok: false, broken: [expected] });
      expect((await checkObjectsAlone()).broken).toEqual([expected]);
    });

    it('that was removed', async () => {
      shell(`rm ${firstLanding()}`);
      expect((await check()).broken).toEqual([
        {
          kind: 'landing-missing',
          windowId: first.windowId,
          object: firstLanding(),
          expected: first.landings[0]?.sha256,
          actual: null,
        },
      ]);
    });

    it('in every window that it belongs to', async () => {
      const again = await org.load({ ...JANUARY, dataset: 'occupancy', body: `body of ${first.windowId}` });
      await org.endExport('historyExport/three', [again]);
      shell(`rm ${firstLanding()}`);
      expect((await check()).broken.map(({ kind, windowId }) => [kind, windowId])).toEqual([
        ['landing-missing', first.windowId],
        ['landing-missing', again.windowId],
      ]);
    });
  });

  describe('finds a seal', () => {
    it('edited by sed', async () => {
      const before = await fileHash(firstSeal);
      shell(`sed -i 's/"rows":{"adherence_day":3}/"rows":{"adherence_day":2}/' ${firstSeal}`);
      expect((await check()).broken).toEqual([
        {
          kind: 'seal-altered',
          windowId: first.windowId,
          object: firstSeal,
          expected: before,
          actual: await fileHash(firstSeal),
        },
      ]);
    });

    it('with a space more, though it says the same', async () => {
      shell(`sed -i 's/"v":1/"v": 1/' ${firstSeal}`);
      expect((await check()).broken).toMatchObject([{ kind: 'seal-altered', object: firstSeal }]);
    });

    it('that was removed', async () => {
      shell(`rm ${firstSeal}`);
      expect((await check()).broken).toMatchObject([
        { kind: 'seal-missing', windowId: first.windowId, object: firstSeal, actual: null },
      ]);
    });

    it('that took the place of another', async () => {
      shell(`mv seals/export/adherence/mu1/2024-01-08_2024-01-15/1.json ${firstSeal}`);
      expect((await check()).broken).toMatchObject([
        { kind: 'seal-altered', object: firstSeal },
        { kind: 'seal-missing', windowId: second.windowId },
      ]);
    });

    it('that changed places with another', async () => {
      const other = 'seals/export/adherence/mu1/2024-01-08_2024-01-15/1.json';
      shell(`mv ${firstSeal} spare; mv ${other} ${firstSeal}; mv spare ${other}`);
      expect((await check()).broken).toMatchObject([
        { kind: 'seal-altered', windowId: first.windowId, object: firstSeal },
        { kind: 'seal-altered', windowId: second.windowId, object: other },
      ]);
    });

    it('that an entry binds outside of the seals', async () => {
      const bound = { path: '../../etc/passwd', sha256: 'a'.repeat(64) };
      await appendEntry(org.store, { kind: 'export', at: '2024-03-02T00:00:00.000Z', seals: [bound] });
      expect((await check()).broken).toMatchObject([
        { kind: 'seal-missing', object: '../../etc/passwd', actual: null },
      ]);
    });

    it('that is bound but is none', async () => {
      const bytes = canonicalBytes({ kind: 'window', v: 1 });
      await org.store.createOnce('seals/export/adherence/mu1/x/1.json', bytes);
      const bound = { path: 'seals/export/adherence/mu1/x/1.json', sha256: sha256Hex(bytes) };
      await appendEntry(org.store, { kind: 'export', at: '2024-03-02T00:00:00.000Z', seals: [bound] });
      expect((await check()).broken).toMatchObject([{ kind: 'seal-altered', object: bound.path }]);
    });

    it('that an export names and no entry binds', async () => {
      const ghost = { ...second, windowId: 'export/adherence/mu1/2024-02-01_2024-02-08' };
      await org.endExport('historyExport/three', [ghost]);
      expect((await check()).broken).toMatchObject([{ kind: 'seal-missing', windowId: ghost.windowId }]);
    });

    it('of a kind that a later version writes, sound', async () => {
      await org.add('seals/trunkSync/org/1.json', { v: 1, kind: 'hold', routes: [] });
      await org.endExport('historyExport/three');
      expect((await check()).ok).toBe(true);
    });
  });

  describe('finds the chain', () => {
    const [entry1, entry2] = ['chain/000000000001.json', 'chain/000000000002.json'];

    it('with an entry edited, by what the next one says of it', async () => {
      const before = await fileHash(entry1);
      shell(`sed -i 's/"at":"2024-03-01/"at":"2024-02-01/' ${entry1}`);
      const actual = await fileHash(entry1);
      const broken = [{ kind: 'chain-broken', windowId: null, object: entry1, expected: before, actual }];
      expect((await check()).broken).toEqual(broken);
      expect((await checkObjectsAlone()).broken).toEqual(broken);
    });

    it('with its newest entry edited, by the head that the warehouse or the operator knows', async () => {
      shell(`sed -i 's/"at":"2024-03-01/"at":"2024-02-01/' ${entry2}`);
      const actual = await fileHash(entry2);
      expect((await check()).broken).toEqual([
        { kind: 'chain-broken', windowId: null, object: entry2, expected: head.sha256, actual },
      ]);
      expect((await checkObjectsAlone(head.sha256)).broken).toEqual([
        { kind: 'chain-broken', windowId: null, object: 'chain', expected: head.sha256, actual },
      ]);
    });

    it('with an entry that was formatted, cut or emptied', async () => {
      shell(`python3 -c "
import json
d = json.load(open('${entry2}')); open('${entry2}', 'w').write(json.dumps(d, indent=1))"`);
      expect((await checkObjectsAlone()).broken).toMatchObject([
        { kind: 'chain-broken', object: entry2, actual: 'is not canonical JSON' },
      ]);
      shell(`truncate -s 20 ${entry2}`);
      expect((await checkObjectsAlone()).broken).toMatchObject([{ object: entry2, actual: 'is not JSON' }]);
      shell(`truncate -s 0 ${entry2}`);
      expect((await checkObjectsAlone()).broken).toMatchObject([{ object: entry2, actual: 'is not JSON' }]);
    });

    it('without its first entry', async () => {
      const before = await fileHash(entry1);
      shell(`rm ${entry1}`);
      expect((await check()).broken).toEqual([
        { kind: 'chain-broken', windowId: null, object: entry1, expected: before, actual: null },
        expect.objectContaining({ kind: 'chain-broken', windowId: first.windowId, object: firstSeal }),
      ]);
    });

    it('with its tail cut', async () => {
      shell(`rm ${entry2}`);
      expect((await check()).broken).toMatchObject([
        { kind: 'chain-broken', object: entry2, expected: head.sha256, actual: null },
        { kind: 'chain-broken', windowId: second.windowId, expected: 'bound by the chain', actual: 'in no entry' },
      ]);
      expect((await checkObjectsAlone(head.sha256)).broken).toMatchObject([
        { kind: 'chain-broken', object: 'chain', expected: head.sha256 },
      ]);
    });

    it('gone as a whole', async () => {
      shell(`rm chain/*`);
      expect((await check()).broken.map(({ kind, object }) => [kind, object])).toEqual([
        ['chain-broken', entry2],
        ['chain-broken', firstSeal],
        ['chain-broken', 'seals/export/adherence/mu1/2024-01-08_2024-01-15/1.json'],
      ]);
    });

    it('with an entry under another number', async () => {
      shell(`mv ${entry2} chain/000000000003.json`);
      expect((await check()).broken.map(({ kind, object }) => [kind, object])).toEqual([
        ['chain-broken', entry2],
        ['chain-broken', 'chain/000000000003.json'],
        ['chain-broken', 'seals/export/adherence/mu1/2024-01-08_2024-01-15/1.json'],
      ]);
    });

    it('rewritten as a whole with links that fit', async () => {
      shell(`python3 - <<'PY'
import hashlib, json
previous = None
for n in (1, 2):
    path = 'chain/%012d.json' % n
    d = json.load(open(path)); d['at'] = '2024-01-01T00:00:00.000Z'; d['previous'] = previous
    text = json.dumps(d, sort_keys=True, separators=(',', ':')).encode()
    open(path, 'wb').write(text); previous = hashlib.sha256(text).hexdigest()
PY`);
      expect((await checkObjectsAlone()).ok).toBe(true);
      expect((await check()).broken).toMatchObject([{ kind: 'chain-broken', object: entry2, expected: head.sha256 }]);
    });

    it('longer than the warehouse knows, sound: an export was killed before it recorded its entry', async () => {
      org.ledger.head = { seq: 1, sha256: await fileHash(entry1) };
      expect((await check()).ok).toBe(true);
      expect((await check(await fileHash(entry1))).ok).toBe(true);
    });
  });

  describe('finds rows', () => {
    const day = { dataset: 'adherence', managementUnitId: 'mu1', localDate: '2024-01-03' } as const;

    it('deleted from a day', async () => {
      org.ledger.rows = org.ledger.rows.map((row) => (row.localDate === day.localDate ? { ...row, rows: 2 } : row));
      expect((await check()).broken).toEqual([
        {
          kind: 'rows-differ',
          windowId: first.windowId,
          object: 'adherence_day/mu1/2024-01-03',
          expected: 3,
          actual: 2,
        },
      ]);
    });

    it('deleted from a day altogether, and put into a table that had none', async () => {
      org.ledger.rows = org.ledger.rows.filter((row) => row.localDate !== day.localDate);
      org.ledger.rows.push({ ...day, table: 'adherence_actual', rows: 1 });
      expect((await check()).broken).toMatchObject([
        { kind: 'rows-differ', object: 'adherence_day/mu1/2024-01-03', expected: 3, actual: 0 },
        { kind: 'rows-differ', object: 'adherence_actual/mu1/2024-01-03', expected: 0, actual: 1 },
      ]);
    });

    it('on a day that nobody loaded', async () => {
      const row = {
        dataset: 'adherence',
        table: 'adherence_day',
        managementUnitId: 'mu2',
        localDate: '2024-01-03',
      } as const;
      org.ledger.rows.push({ ...row, rows: 4 });
      expect((await check()).broken).toEqual([
        { kind: 'rows-differ', windowId: null, object: 'adherence_day/mu2/2024-01-03', expected: 0, actual: 4 },
      ]);
    });

    it('on a day that is only pending', async () => {
      const pending = {
        ...day,
        localDate: '2024-05-01',
        windowId: 'export/adherence/mu1/2024-05-01_2024-05-02',
        seal: null,
      };
      org.ledger.coverage.push({ ...pending, state: 'pending' });
      expect((await check()).ok).toBe(true);
      org.ledger.rows.push({ ...day, localDate: '2024-05-01', table: 'adherence_day', rows: 1 });
      expect((await check()).broken).toMatchObject([
        { kind: 'rows-differ', windowId: pending.windowId, expected: 0, actual: 1 },
      ]);
    });

    it('that a later load took for another unit, in order', async () => {
      const one = await org.load({ dataset: 'occupancy', unit: 'mu1', ...JANUARY });
      await org.endExport('historyExport/three', [one]);
      const taken = [{ managementUnitId: 'mu1', localDate: '2024-01-03', table: 'occupancy_interval', rows: 2 }];
      const two = await org.load({
        dataset: 'occupancy',
        unit: 'mu2',
        ...JANUARY,
        taken,
        loadedAt: '2024-03-02T00:00:00.000Z',
      });
      await org.endExport('historyExport/four', [two]);
      expect((await check()).broken).toMatchObject([{ kind: 'rows-differ', expected: 1, actual: 3 }]);
      const isTaken = (row: (typeof org.ledger.rows)[number]): boolean =>
        row.dataset === 'occupancy' && row.managementUnitId === 'mu1' && row.localDate === '2024-01-03';
      org.ledger.rows = org.ledger.rows.map((row) => (isTaken(row) ? { ...row, rows: 1 } : row));
      expect((await check()).ok).toBe(true);

      // Loaded again afterwards, the day has what its own newer seal says, whatever was taken before.
      const again = await org.load({
        dataset: 'occupancy',
        unit: 'mu1',
        ...JANUARY,
        number: 2,
        loadedAt: '2024-03-03T00:00:00.000Z',
      });
      await org.endExport('historyExport/five', [again]);
      expect((await check()).ok).toBe(true);
    });

    it('taken within one entry, by the order of the loads and not of the paths', async () => {
      const taken = [{ managementUnitId: 'mu9', localDate: '2024-01-03', table: 'occupancy_interval', rows: 3 }];
      const late = { ...JANUARY, dataset: 'occupancy', unit: 'mu9', loadedAt: '2024-03-05T00:00:00.000Z' } as const;
      const early = {
        ...JANUARY,
        dataset: 'occupancy',
        unit: 'mu0',
        taken,
        loadedAt: '2024-03-04T00:00:00.000Z',
      } as const;
      await org.load(late);
      await org.load(early);
      await org.endExport('historyExport/three');
      expect((await check()).ok).toBe(true);
    });
  });

  describe('finds a day', () => {
    it('that was sealed and is no longer covered', async () => {
      org.ledger.coverage = org.ledger.coverage.filter((row) => row.localDate !== '2024-01-03');
      org.ledger.rows = org.ledger.rows.filter((row) => row.localDate !== '2024-01-03');
      expect((await check()).broken).toEqual([
        {
          kind: 'day-missing',
          windowId: first.windowId,
          object: 'adherence/mu1/2024-01-03',
          expected: 'covered',
          actual: null,
        },
      ]);
    });

    it('whose coverage names a seal that does not speak of it', async () => {
      const other = `seals/${second.windowId}/1.json`;
      org.ledger.coverage = org.ledger.coverage.map((row) =>
        row.localDate === '2024-01-03' ? { ...row, seal: other } : row,
      );
      expect((await check()).broken).toEqual([
        {
          kind: 'day-missing',
          windowId: first.windowId,
          object: 'adherence/mu1/2024-01-03',
          expected: other,
          actual: null,
        },
      ]);
    });

    it('that is loaded without any seal', async () => {
      org.ledger.coverage = org.ledger.coverage.map((row) =>
        row.localDate === '2024-01-03' ? { ...row, seal: null } : row,
      );
      expect((await check()).broken).toMatchObject([
        { kind: 'day-missing', object: 'adherence/mu1/2024-01-03', expected: 'a seal', actual: null },
        { kind: 'rows-differ', object: 'adherence_day/mu1/2024-01-03', expected: 0, actual: 3 },
      ]);
    });

    it('whose coverage names a seal that does not exist', async () => {
      const invented = 'seals/export/adherence/mu1/2024-01-01_2024-01-08/9.json';
      org.ledger.coverage = org.ledger.coverage.map((row) =>
        row.localDate === '2024-01-03' ? { ...row, seal: invented } : row,
      );
      expect((await check()).broken).toMatchObject([
        { kind: 'seal-missing', windowId: first.windowId, object: invented },
      ]);
    });

    it('that is covered twice', async () => {
      const double = org.ledger.coverage.find((row) => row.localDate === '2024-01-03');
      if (double !== undefined)
        org.ledger.coverage.push({ ...double, windowId: 'export/adherence/mu1/2024-01-03_2024-01-04' });
      expect((await check()).broken).toMatchObject([{ kind: 'day-twice', object: 'adherence/mu1/2024-01-03' }]);
    });

    it('that its own window left out', async () => {
      const whole = {
        ...second,
        from: '2024-01-08',
        to: '2024-01-16',
        windowId: 'export/adherence/mu1/2024-01-08_2024-01-16',
      };
      await org.add(`seals/${whole.windowId}/1.json`, whole);
      await org.endExport('historyExport/three');
      expect((await check()).broken).toMatchObject([
        { kind: 'day-missing', windowId: whole.windowId, object: 'adherence/mu1/2024-01-15' },
      ]);
    });

    it('missing nowhere, where the zone skipped it', async () => {
      const samoa = await org.load({ unit: 'mu3', timeZone: 'Pacific/Apia', from: '2011-12-27', to: '2012-01-03' });
      expect(samoa.days).toHaveLength(6);
      await org.endExport('historyExport/three', [samoa]);
      expect((await check()).ok).toBe(true);
    });
  });

  it('says that seals are not bound while an export is under way, and compares their rows all the same', async () => {
    const running = await org.load({ from: '2024-01-15', to: '2024-01-16' });
    await org.store.createOnce(`seals/${running.windowId}/1.json`, canonicalBytes(running));
    org.ledger.rows.push({ ...running, table: 'adherence_day', localDate: '2024-01-15', rows: 1 });
    expect((await check()).broken).toMatchObject([
      { kind: 'chain-broken', windowId: running.windowId, expected: 'bound by the chain', actual: 'in no entry' },
      { kind: 'rows-differ', windowId: running.windowId, expected: 3, actual: 4 },
    ]);
  });
});
