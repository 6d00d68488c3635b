import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChainSigner, makeSigningKey } from '../../src/custody/chainSigner.js';
import { rotateKey } from '../../src/custody/rotateKey.js';
import { BROKEN_KINDS } from '../../src/custody/verifyReport.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { SealedOrganisation } from './sealedOrganisation.js';

const DOCUMENT = readFileSync('docs/custody.md', 'utf8');

/** The document's commands, by language, with the programs that they need. */
const CHECKS = [
  { language: 'sh', run: ['sh', '-c'], needs: ['sh', 'sha256sum', 'jq'] },
  { language: 'python', run: ['python3', '-c'], needs: ['python3'] },
] as const;

describe('the document on custody', () => {
  it('explains each kind of damage that verify knows, and no other', () => {
    const explained = [...DOCUMENT.matchAll(/^\| `([a-z]+-[a-z]+)` \|/gm)].map((match) => match[1]);
    expect(explained).toEqual([...BROKEN_KINDS]);
  });

  for (const { language, run, needs } of CHECKS) {
    const missing = needs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
    const describeWhereItRuns = missing.length === 0 ? describe : describe.skip;

    describeWhereItRuns(`checks by hand in ${language}${missing.map((name) => `, without ${name}`).join('')}`, () => {
      let org: SealedOrganisation;
      let head: { sha256: string };
      beforeEach(async () => {
        org = await SealedOrganisation.make();
        await org.endExport('historyExport/one', [await org.load({ from: '2024-01-01', to: '2024-01-08' })]);
        head = await org.endExport('historyExport/two', [await org.load({ from: '2024-01-08', to: '2024-01-15' })]);
      });
      afterEach(() => org.remove());

      const block = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(DOCUMENT)?.[1] ?? '';
      const byHand = (): string[] => {
        const { stdout } = spawnSync(run[0], [run[1], block], { cwd: org.directory, encoding: 'utf8' });
        return stdout.trim().split('\n');
      };
      const shell = (script: string): void => {
        execFileSync('sh', ['-euc', script], { cwd: org.directory, stdio: 'ignore' });
      };
      const found = (pattern: RegExp): unknown => expect.arrayContaining([expect.stringMatching(pattern)]);

      it('prints the head and nothing else where nothing is wrong', () => {
        expect(byHand()).toEqual([`head ${head.sha256}`]);
      });

      it('finds an altered landing and a missing one', () => {
        shell('printf x >> "$(ls landings/* | head -1)"; rm "$(ls landings/* | tail -1)"');
        expect(byHand()).toEqual(found(/^landing-altered landings\//));
        expect(byHand()).toEqual(found(/^landing-missing /));
      });

      it('finds an altered seal and a missing one', () => {
        shell('sed -i s/mu1/mu2/ seals/export/adherence/mu1/2024-01-01_2024-01-08/1.json');
        expect(byHand()).toEqual(found(/2024-01-01_2024-01-08\/1\.json/));
        shell('rm seals/export/adherence/mu1/2024-01-08_2024-01-15/1.json');
        expect(byHand()).toEqual(found(/2024-01-08_2024-01-15\/1\.json/));
      });

      it('finds an altered entry, a missing one and a cut tail', () => {
        shell('sed -i s/03-01/02-01/ chain/000000000001.json');
        expect(byHand()).toEqual(found(/^chain-broken before chain\/000000000002\.json/));
        shell('rm chain/000000000001.json');
        expect(byHand()).toEqual(found(/^chain-broken before chain\/000000000002\.json/));
        shell('rm chain/000000000002.json');
        expect(byHand().at(-1)).not.toBe(`head ${head.sha256}`);
      });
    });
  }

  const NEEDED = ['sh', 'sha256sum', 'jq', 'openssl'];
  const missing = NEEDED.filter((program) => spawnSync(program, ['version']).error !== undefined);
  const describeWhereItRuns = missing.length === 0 ? describe : describe.skip;

  describeWhereItRuns(`checks signatures by hand${missing.map((name) => `, without ${name}`).join('')}`, () => {
    let org: SealedOrganisation;
    let keys: string;
    let [first, next]: ChainSigner[] = [];
    beforeEach(async () => {
      keys = mkdtempSync(join(tmpdir(), 'rosterline-keys-'));
      [first, next] = [makeSigningKey(join(keys, 'first.pem')), makeSigningKey(join(keys, 'next.pem'))];
      org = await SealedOrganisation.make(first);
      await org.endExport('historyExport/one', [await org.load({ from: '2024-01-01', to: '2024-01-08' })]);
    });
    afterEach(async () => {
      rmSync(keys, { recursive: true });
      await org.remove();
    });

    const block = [...DOCUMENT.matchAll(/^```sh\n(.*?)^```/gms)][1]?.[1] ?? '';
    const byHand = (): string[] => {
      const { stdout, stderr } = spawnSync('sh', ['-c', block], { cwd: org.directory, encoding: 'utf8' });
      return `${stdout}${stderr}`.trim().split('\n');
    };
    const shell = (script: string): void => {
      execFileSync('sh', ['-euc', script], { cwd: org.directory, stdio: 'ignore' });
    };
    const entry = (seq: number): string => `chain/${String(seq).padStart(12, '0')}`;
    const firstKey = (): string => `key ${first?.keyId ?? ''} from ${entry(1)}.json`;

    it('prints the keys and nothing else where nothing is wrong, also after a rotation', async () => {
      expect(byHand()).toEqual([firstKey()]);
      if (first === undefined || next === undefined) throw new Error('no keys');
      await rotateKey(openFileStore({ directory: org.directory }), { next, current: first, lost: false });
      const nextKey = `key ${next.keyId} from ${entry(3)}.json`;
      expect(byHand()).toEqual([firstKey(), nextKey]);
      shell(`sed -i 's/"signature":"....../"signature":"AAAAAA/' seals/keys/${next.keyId}.json`);
      expect(byHand()).toEqual([firstKey(), `not vouched for: ${next.keyId}`, nextKey]);
    });

    it.each([
      ['a replaced signature', `cp ${entry(1)}.sig ${entry(2)}.sig`],
      ['a removed signature', `rm ${entry(2)}.sig`],
      ['the newest entry rewritten', `sed -i s/03-01/02-01/ ${entry(2)}.json`],
    ])('finds %s', (_, command) => {
      shell(command);
      expect(byHand()).toEqual([firstKey(), `signature-invalid ${entry(2)}.sig`]);
    });

    it('finds the public key of somebody else in place of ours', () => {
      const pem = JSON.stringify(next?.publicKey).replaceAll('\\', '\\\\').replaceAll('/', '\\/');
      shell(`sed -i 's/"publicKey":"[^"]*"/"publicKey":${pem}/' seals/keys/*.json`);
      expect(byHand()).toEqual(expect.arrayContaining([`signature-invalid seals/keys/${first?.keyId ?? ''}.json`]));
    });
  });
});
