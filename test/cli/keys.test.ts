import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sealDocument } from '../../src/custody/sealDocument.js';
import { openObjects } from '../../src/temporal/openObjects.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { runRosterline } from '../support/runRosterline.js';

interface Told {
  keyId: string;
  publicKey: string;
  keys: { keyId: string; from: number; endorsed: boolean }[];
}

describe('rosterline keys, and verify of a copy', () => {
  let directory: string;
  let environment: Record<string, string>;
  const file = (name: string): string => join(directory, name);
  const told = async (...words: string[]): Promise<Told> => {
    const { code, stdout, stderr } = await runRosterline([...words, '--json'], environment);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Told;
  };
  const seal = async (name: string): Promise<void> => {
    const store = openObjects(loadConfig(environment, directory));
    const note = { path: `seals/notes/${name}.json`, document: { kind: 'note', name } };
    await sealDocument(store, { ...note, kind: 'export', at: '2026-01-01T00:00:00.000Z' });
  };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-keys-'));
    environment = { ROSTERLINE_DATA: file('data'), ROSTERLINE_SIGNING_KEY_FILE: file('first.pem') };
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('lead from the first key to the next, and an auditor who knows the first alone trusts a copy', async () => {
    const first = await told('keys', 'new', '--out', file('first.pem'));
    expect(statSync(file('first.pem')).mode & 0o777).toBe(0o600);
    await seal('a');
    const next = await told('keys', 'new', '--out', file('next.pem'));
    await told('keys', 'rotate', '--to', file('next.pem'));
    await expect(seal('b')).rejects.toThrow(/signed by the key/);
    environment['ROSTERLINE_SIGNING_KEY_FILE'] = file('next.pem');
    await seal('b');
    expect((await told('keys', 'list')).keys).toEqual([
      { keyId: first.keyId, from: 1, endorsed: false },
      { keyId: next.keyId, from: 3, endorsed: true },
    ]);

    cpSync(file('data/objects'), file('copy'), { recursive: true });
    writeFileSync(file('first.pub.pem'), first.publicKey);
    // Nothing is configured where the auditor is.
    const audit = ['verify', '--objects', file('copy'), '--public-key', file('first.pub.pem'), '--json'];
    const sound = await runRosterline(audit, {});
    expect({ code: sound.code, ...(JSON.parse(sound.stdout) as object) }).toMatchObject({
      code: 0,
      ok: true,
      signatures: 4,
    });
    rmSync(file('copy/chain/000000000004.sig'));
    const cut = await runRosterline(audit, {});
    expect({ code: cut.code, ...(JSON.parse(cut.stdout) as object) }).toMatchObject({
      code: 1,
      broken: [{ kind: 'signature-invalid', object: 'chain/000000000004.sig' }],
    });
  });

  it('refuse a place without a chain, and what is no key, with exit code 2', async () => {
    for (const [words, why] of [
      [['verify', '--objects', directory], 'there is no chain in'],
      [['verify', '--key-id', 'abc'], 'is not 32 hex digits'],
      [['verify', '--public-key', file('copy/chain/000000000001.json')], 'is no Ed25519 public key'],
      [['keys', 'rotate', '--to', file('first.pub.pem')], 'everybody on this machine can read'],
    ] as const) {
      const { code, stderr } = await runRosterline([...words], environment);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(why) });
    }
  });
});
