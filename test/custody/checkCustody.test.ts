import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LastCustodyCheck } from '../../activities/lastCustodyCheck.js';
import { chainPath } from '../../src/custody/chain.js';
import { type ChainSigner, makeSigningKey } from '../../src/custody/chainSigner.js';
import { checkCustody } from '../../src/custody/checkCustody.js';
import { rotateKey } from '../../src/custody/rotateKey.js';
import { signaturePath } from '../../src/custody/signatures.js';
import { type CustodyCheck, verifiedUpTo } from '../../src/domain/nightly/custodyCheck.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { SealedOrganisation } from './sealedOrganisation.js';

/** `{}` alone would match any object. */
const NOTHING: unknown = { asymmetricMatch: (found: object) => Object.keys(found).length === 0 };
const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2024-03-01T03:00:00.000Z');

let org: SealedOrganisation;
let nights: number;
beforeEach(async () => {
  org = await SealedOrganisation.make();
  nights = 0;
});
afterEach(async () => await org.remove());

/** What the next night finds. */
async function night(before: CustodyCheck | null, store: ObjectStore = org.store): Promise<CustodyCheck> {
  const now = new Date(FIRST_MS + nights++ * DAY_MS);
  return await checkCustody({ store, warehouse: org.ledger, now: () => now, lookAgainMs: 1 }, before);
}

/** Loads a day and ends its export. */
async function exported(date: number): Promise<string> {
  const [from, to] = [date, date + 1].map((day) => `2024-01-${String(day).padStart(2, '0')}`);
  const seal = await org.load({ from: from ?? '', to: to ?? '' });
  await org.endExport(`export-${date}`, [seal]);
  return `landings/${seal.landings[0]?.sha256}`;
}

function alter(path: string): void {
  const file = join(org.directory, path);
  const bytes = readFileSync(file);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  rmSync(file);
  writeFileSync(file, bytes);
}

/** A store in which something happens before the reads of a path, until it says that it is done. */
function meanwhile(path: string, happens: () => boolean): ObjectStore {
  let done = false;
  return new Proxy(org.store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (name !== 'read') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      return async (asked: string, options?: { firstBytes?: number }) => {
        const found = await target.read(asked, options);
        if (asked === path && !done) done = happens();
        return found;
      };
    },
  });
}

describe('what a night verifies', () => {
  it('is everything at first, then what came since, and everything again after a week', async () => {
    await exported(1);
    await exported(2);
    const first = await night(null);
    expect(first).toMatchObject({ whole: true, head: { seq: 2 }, broken: NOTHING, first: [] });
    await exported(3);
    let last = await night(first);
    // One entry, a window's seal and an export's, a body and the structure.
    expect(last).toMatchObject({ whole: false, wholeAt: first.wholeAt, head: { seq: 3 }, objects: 5, broken: NOTHING });
    for (let days = 0; days < 5; days++) last = await night(last);
    expect(last).toMatchObject({ whole: false, head: { seq: 3 }, objects: 0 });
    last = await night(last);
    expect(last).toMatchObject({ whole: true, wholeAt: last.verifiedAt, objects: 15 });
  });

  it('is everything where the night before left nothing that can be read, or found something broken', async () => {
    await exported(1);
    const check = await night(null);
    const file = join(org.directory, 'custody-check.json');
    new LastCustodyCheck(file).keep('here', check);
    expect(new LastCustodyCheck(file).of('here')).toEqual(check);
    expect(new LastCustodyCheck(file).of('elsewhere')).toBeNull();
    writeFileSync(file, JSON.stringify({ v: 1, objects: 'here', check: { ...check, head: 'x' } }));
    expect(new LastCustodyCheck(file).of('here')).toBeNull();
    const nowMs = Date.parse(check.verifiedAt) + DAY_MS;
    expect(verifiedUpTo(check, nowMs)).toEqual(check.head);
    expect(verifiedUpTo({ ...check, broken: { 'seal-missing': 1 } }, nowMs)).toBeNull();
    expect(verifiedUpTo(check, nowMs - 3 * DAY_MS)).toBeNull();
  });

  it('does not miss seals that an earlier export brought and a later one names', async () => {
    const seal = await org.load({ from: '2024-01-01', to: '2024-01-02' });
    await org.endExport('brought-it', [seal]);
    const first = await night(null);
    await org.endExport('adopted-it', [seal]);
    expect(await night(first)).toMatchObject({ whole: false, objects: 3, broken: NOTHING });
  });
});

describe('a night finds', () => {
  let first: CustodyCheck;
  let landing: string;
  beforeEach(async () => {
    await exported(1);
    await exported(2);
    first = await night(null);
    landing = await exported(3);
  });

  it.each([
    ['a new body that was altered', 'landing-altered', () => landing, alter],
    ['a new body that is gone', 'landing-missing', () => landing, (path: string) => rmSync(join(org.directory, path))],
    ['a new entry that was altered', 'chain-broken', () => chainPath(3), alter],
    ['the last verified entry altered', 'chain-broken', () => chainPath(2), alter],
    ['a seal altered', 'seal-altered', () => newestSeal(), alter],
  ])('%s, and finds it again until it is put right', async (_what, kind, path, spoil) => {
    const object = path();
    const whole = readFileSync(join(org.directory, object));
    spoil(object);
    const found = await night(first);
    expect(found).toMatchObject({ whole: false, broken: { [kind]: 1 }, first: [{ kind, object }] });
    const again = await night(found);
    expect(again).toMatchObject({ whole: true, broken: { [kind]: expect.any(Number) } });
    rmSync(join(org.directory, object), { force: true });
    writeFileSync(join(org.directory, object), whole);
    expect(await night(again)).toMatchObject({ whole: true, broken: NOTHING });
  });

  it('the tail of the chain cut, without and with the last entry that was verified', async () => {
    rmSync(join(org.directory, chainPath(3)));
    expect((await night(first)).first).toMatchObject([{ kind: 'chain-broken', object: chainPath(3) }]);
    org.ledger.head = null;
    expect((await night(first)).broken).toEqual({});
    rmSync(join(org.directory, chainPath(2)));
    expect((await night(first)).first).toMatchObject([{ kind: 'chain-broken', object: chainPath(2) }]);
  });

  it('within a week what happened to old evidence and to rows', async () => {
    const [old] = readdirSync(join(org.directory, 'landings'))
      .map((name) => `landings/${name}`)
      .filter((path) => path !== landing);
    alter(old ?? '');
    org.ledger.rows = org.ledger.rows.map((row) => (row.localDate === '2024-01-01' ? { ...row, rows: 2 } : row));
    let last = await night(first);
    expect(last.broken).toEqual({});
    for (let days = 0; days < 6; days++) last = await night(last);
    expect(last).toMatchObject({ whole: true, broken: { 'landing-altered': 1, 'rows-differ': 1 } });
  });
});

describe('a night that verifies while others work', () => {
  it('takes no seal for broken that waits for its export to end', async () => {
    await exported(1);
    await org.load({ from: '2024-01-05', to: '2024-01-06' });
    expect(await night(null)).toMatchObject({ whole: true, broken: NOTHING });
  });

  it('takes no entry for broken whose signature came a moment later', async () => {
    const signer = await signedBy('one.pem');
    await exported(1);
    const first = await night(null);
    await exported(2);
    const signature = join(org.directory, signaturePath(3));
    const bytes = readFileSync(signature);
    rmSync(signature);
    let reads = 0;
    const late = meanwhile(signaturePath(3), () => {
      if (++reads === 1) writeFileSync(signature, bytes);
      return reads > 0;
    });
    expect(await night(first, late)).toMatchObject({ whole: false, head: { seq: 3 }, broken: NOTHING });
    expect(reads).toBe(1);
    rmSync(signature);
    expect((await night(first)).broken).toEqual({ 'signature-invalid': 1 });
    expect(signer.keyId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a signed chain', () => {
  it('is verified from the last look on by the key that was in force then, through a change of keys', async () => {
    const one = await signedBy('one.pem');
    await exported(1);
    const first = await night(null);
    const two = makeSigningKey(join(org.directory, 'two.pem'));
    await exported(2);
    await rotateKey(openFileStore({ directory: org.directory }), { next: two, current: one, lost: false });
    expect(await night(first)).toMatchObject({ whole: false, broken: NOTHING });
    // Somebody else's signature in place of ours.
    writeFileSync(join(org.directory, signaturePath(3)), readFileSync(join(org.directory, signaturePath(2))));
    expect((await night(first)).first).toEqual([{ kind: 'signature-invalid', object: signaturePath(3) }]);
  });
});

async function signedBy(file: string): Promise<ChainSigner> {
  const signer = makeSigningKey(join(org.directory, file));
  await org.remove();
  org = await SealedOrganisation.make(signer);
  return signer;
}

function newestSeal(): string {
  const entry = JSON.parse(readFileSync(join(org.directory, chainPath(3)), 'utf8')) as { seals: { path: string }[] };
  return entry.seals[0]?.path ?? '';
}
