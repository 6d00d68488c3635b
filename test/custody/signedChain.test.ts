import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendEntry, chainPath } from '../../src/custody/chain.js';
import { type ChainSigner, makeSigningKey, openSigner, parsePublicKey } from '../../src/custody/chainSigner.js';
import { rotateKey } from '../../src/custody/rotateKey.js';
import { sealDocument } from '../../src/custody/sealDocument.js';
import { signedChain } from '../../src/custody/signedChain.js';
import { signaturePath } from '../../src/custody/signatures.js';
import { verify } from '../../src/custody/verify.js';
import type { VerifyReport } from '../../src/custody/verifyReport.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';

const AT = '2024-03-01T00:00:00.000Z';

let root: string;
let directory: string;
let plain: ObjectStore;
let ours: ChainSigner;
let theirs: ChainSigner;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rosterline-signed-'));
  directory = join(root, 'objects');
  plain = openFileStore({ directory });
  ours = makeSigningKey(join(root, 'ours.pem'));
  theirs = makeSigningKey(join(root, 'theirs.pem'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const signed = (signer: ChainSigner | null = ours): ObjectStore => signedChain(plain, signer);
const add = (store: ObjectStore, name: string): Promise<unknown> =>
  sealDocument(store, { path: `seals/notes/${name}.json`, document: { kind: 'note', name }, kind: 'export', at: AT });
const check = (...pins: ChainSigner[]): Promise<VerifyReport> => {
  const pinned = { keyIds: pins.map(({ keyId }) => keyId), publicKeys: [] };
  return verify({ store: openFileStore({ directory, readOnly: true }), facts: null, pinned });
};
const shell = (script: string): string =>
  execFileSync('sh', ['-euc', script], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
/** What OpenSSL says of an entry's signature, by the public key that the store has. */
const openssl = (seq: number, keyId = ours.keyId): string => {
  const base = chainPath(seq).replace('.json', '');
  return shell(
    `python3 -c "import json;print(json.load(open('seals/keys/${keyId}.json'))['publicKey'],end='')" > ../public.pem
     openssl pkeyutl -verify -pubin -inkey ../public.pem -rawin -in ${base}.json -sigfile ${base}.sig || true`,
  ).trim();
};
const kindsIn = (): string[] =>
  readdirSync(join(directory, 'chain'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => (JSON.parse(readFileSync(join(directory, 'chain', name), 'utf8')) as { kind: string }).kind);

describe('a signed chain', () => {
  it('begins with the key, and has a signature beside each entry that OpenSSL verifies', async () => {
    const store = signed();
    await add(store, 'a');
    await add(store, 'b');
    expect(kindsIn()).toEqual(['key', 'export', 'export']);
    expect([1, 2, 3].map((seq) => openssl(seq))).toEqual(Array(3).fill('Signature Verified Successfully'));
    expect(await check(ours)).toMatchObject({
      ok: true,
      signatures: 3,
      keys: [{ keyId: ours.keyId, from: 1, endorsed: false }],
    });
  });

  it('goes on after entries that were never signed, and covers them', async () => {
    await add(plain, 'old');
    await add(signed(), 'new');
    expect(kindsIn()).toEqual(['export', 'key', 'export']);
    expect(existsSync(join(directory, signaturePath(1)))).toBe(false);
    expect(await check(ours)).toMatchObject({ ok: true, signatures: 2 });
    shell(`sed -i 's/03-01/02-01/' ${chainPath(1)}`);
    expect((await check(ours)).broken).toMatchObject([{ kind: 'chain-broken', object: chainPath(1) }]);
  });

  it('keeps one key for several processes that append at once', async () => {
    const stores = [1, 2, 3].map(() => signedChain(openFileStore({ directory }), ours));
    await Promise.all(stores.flatMap((store, at) => ['a', 'b', 'c'].map((name) => add(store, `${name}${at}`))));
    expect(kindsIn().filter((kind) => kind === 'key')).toHaveLength(1);
    expect(await check(ours)).toMatchObject({ ok: true, signatures: 10, broken: [] });
  });

  it('gets the signature that a killed process left out from the next append', async () => {
    await add(signed(), 'a');
    rmSync(join(directory, signaturePath(2)));
    expect((await check()).broken).toMatchObject([
      { kind: 'signature-invalid', object: signaturePath(2), expected: ours.keyId, actual: null },
    ]);
    await add(signed(), 'b');
    expect((await check(ours)).broken).toEqual([]);
  });

  it('comes out whole when its writers are killed at any moment', async () => {
    const program = `
      const { readFileSync } = await import('node:fs');
      const { openFileStore } = await import('./dist/src/objects/fileStore.js');
      const { signedChain } = await import('./dist/src/custody/signedChain.js');
      const { openSigner } = await import('./dist/src/custody/chainSigner.js');
      const { appendEntry } = await import('./dist/src/custody/chain.js');
      const store = signedChain(openFileStore({ directory: process.argv[1] }), openSigner(readFileSync(process.argv[2], 'utf8')));
      process.stdout.write('up');
      for (;;) await appendEntry(store, { kind: 'export', at: '${AT}', seals: [] });`;
    for (const livesMs of [1, 7, 20, 45]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory, join(root, 'ours.pem')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, livesMs));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    await appendEntry(signed(), { kind: 'export', at: AT, seals: [] });
    const report = await check(ours);
    expect(report).toMatchObject({ ok: true, broken: [] });
    expect(report.signatures).toBe(kindsIn().length);
  });

  it('is not continued without a key, nor with another', async () => {
    await add(signed(), 'a');
    await expect(add(signed(null), 'b')).rejects.toThrow(/is signed .* set ROSTERLINE_SIGNING_KEY/);
    await expect(add(signed(theirs), 'b')).rejects.toThrow(/signed by the key .* "rosterline keys rotate"/);
    expect(await check(ours)).toMatchObject({ ok: true, signatures: 2 });
    await add(signed(), 'b');
    expect(await check(ours)).toMatchObject({ ok: true, signatures: 3 });
  });

  it('stays unsigned where no key is configured', async () => {
    await add(signed(null), 'a');
    expect(readdirSync(join(directory, 'chain'))).toEqual(['000000000001.json']);
    expect(await check()).toMatchObject({ ok: true, signatures: 0, keys: [] });
    expect((await check(ours)).broken).toMatchObject([
      { kind: 'signature-invalid', object: 'chain', expected: ours.keyId, actual: null },
    ]);
  });

  it('hands everything else to the store that it wraps', async () => {
    const store = signed();
    const landing = await store.landBytes(Buffer.from('a body'), 'identity');
    expect(await store.digest(`landings/${landing.sha256}`)).toEqual({ sha256: landing.sha256, bytes: 6 });
    expect(store.location).toBe(directory);
  });
});

describe('another key', () => {
  beforeEach(() => add(signed(), 'a'));

  it('comes into force with the word of the one before, which is refused from then on', async () => {
    expect(await rotateKey(plain, { next: theirs, current: ours, lost: false })).toMatchObject({ seq: 3 });
    expect(await rotateKey(plain, { next: theirs, current: ours, lost: false })).toBeNull();
    await add(signed(theirs), 'b');
    await expect(add(signed(), 'c')).rejects.toThrow(/signed by the key/);
    expect(openssl(4, theirs.keyId)).toBe('Signature Verified Successfully');
    // Whoever knows the first key alone needs no more: it vouched for the second.
    for (const known of [ours, theirs]) expect(await check(known)).toMatchObject({ ok: true, signatures: 4 });
    expect((await check()).keys).toEqual([
      { keyId: ours.keyId, from: 1, endorsed: false },
      { keyId: theirs.keyId, from: 3, endorsed: true },
    ]);
  });

  it('comes into force after one that was lost, and whoever knew that one is told', async () => {
    const another = { next: theirs, current: null, lost: false };
    await expect(rotateKey(plain, another)).rejects.toThrow(/say --lost/);
    rmSync(join(directory, signaturePath(2)));
    await rotateKey(plain, { ...another, lost: true });
    await add(signed(theirs), 'b');
    expect(await check(theirs)).toMatchObject({ ok: true, signatures: 4 });
    expect((await check(ours)).broken).toMatchObject([
      { kind: 'signature-invalid', object: 'chain', expected: ours.keyId, actual: theirs.keyId },
    ]);
  });

  it('is not one that was in force before', async () => {
    await rotateKey(plain, { next: theirs, current: ours, lost: false });
    await expect(rotateKey(plain, { next: ours, current: theirs, lost: false })).rejects.toThrow(/make a new key/);
    expect(await check(ours)).toMatchObject({ ok: true });
  });
});

describe('verification finds', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await add(signed(), name);
  });

  it.each([
    ['a signature that was replaced by the one of another entry', `cp ${signaturePath(2)} ${signaturePath(3)}`],
    [
      'a few bytes of a signature',
      `printf '\\001\\002\\003\\004' | dd of=${signaturePath(3)} bs=1 seek=9 conv=notrunc`,
    ],
    ['a signature with a byte more', `printf x >> ${signaturePath(3)}`],
    ['an emptied signature', `: > ${signaturePath(3)}`],
    [
      "another key's signature by OpenSSL",
      `openssl pkeyutl -sign -inkey ../theirs.pem -rawin -in ${chainPath(3)} -out ${signaturePath(3)}`,
    ],
  ])('%s', async (_, command) => {
    shell(command);
    expect((await check()).broken).toEqual([
      {
        kind: 'signature-invalid',
        windowId: null,
        object: signaturePath(3),
        expected: ours.keyId,
        actual: 'a signature of something else',
      },
    ]);
    expect(openssl(3)).not.toBe('Signature Verified Successfully');
  });

  it('a signature that was removed', async () => {
    shell(`rm ${signaturePath(3)}`);
    expect((await check()).broken).toMatchObject([
      { kind: 'signature-invalid', object: signaturePath(3), actual: null },
    ]);
  });

  it('the newest entry rewritten, without any head or warehouse', async () => {
    shell(`sed -i 's/03-01/02-01/' ${chainPath(4)}`);
    expect((await check()).broken).toMatchObject([{ kind: 'signature-invalid', object: signaturePath(4) }]);
  });

  it('a key whose document was removed or changed, and a pinned key stands in for it', async () => {
    const document = `seals/keys/${ours.keyId}.json`;
    shell(`sed -i 's/"v":1/"v": 1/' ${document}`);
    expect((await check()).broken).toMatchObject([{ kind: 'seal-altered', object: document }]);
    shell(`rm ${document}; cp ${signaturePath(2)} ${signaturePath(3)}`);
    const publicKey = parsePublicKey(ours.publicKey);
    if (publicKey === null) throw new Error('no public key');
    const pinned = { keyIds: [], publicKeys: [publicKey] };
    const report = await verify({ store: openFileStore({ directory, readOnly: true }), facts: null, pinned });
    expect(report.broken).toMatchObject([
      { kind: 'signature-invalid', object: signaturePath(3) },
      { kind: 'seal-missing', object: document },
    ]);
  });

  it("a key that somebody with the store's keys alone put into force", async () => {
    await rotateKey(plain, { next: theirs, current: null, lost: true });
    await add(signed(theirs), 'forged');
    expect(await check()).toMatchObject({ ok: true, keys: [{}, { endorsed: false }] });
    expect((await check(ours)).broken).toMatchObject([{ object: 'chain', actual: theirs.keyId }]);
  });

  it('a key entry that binds no key', async () => {
    await appendEntry(signed(), { kind: 'key', at: AT, seals: [] });
    expect((await check()).broken).toMatchObject([{ kind: 'signature-invalid', object: chainPath(5) }]);
  });
});

describe('a signing key', () => {
  it('is made once, for its owner alone', () => {
    const file = join(root, 'ours.pem');
    expect(shell(`stat -c %a ${file}`).trim()).toBe('600');
    expect(() => makeSigningKey(file)).toThrow(/never overwritten/);
    expect(openSigner(readFileSync(file, 'utf8')).keyId).toBe(ours.keyId);
    expect(ours.keyId).toBe(shell(`openssl pkey -in ${file} -pubout -outform DER | sha256sum | cut -c 1-32`).trim());
  });

  it('is refused when it is of another kind, and when it is none', () => {
    const rsa = shell('openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null');
    expect(() => openSigner(rsa)).toThrow(/kind rsa; the chain is signed with Ed25519/);
    expect(() => openSigner('secret-that-is-no-key', 'none.pem')).toThrow(
      /^(?!.*secret-that-is).*none\.pem holds no private key/,
    );
  });
});
