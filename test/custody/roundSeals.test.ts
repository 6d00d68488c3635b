import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRounds, readRoundsBack, roundSealPath, sealEnabled, sealRound } from '../../src/custody/roundSeals.js';
import { verify } from '../../src/custody/verify.js';
import { RoundSeal } from '../../src/domain/sync/roundSeal.js';
import { SealedOrganisation } from './sealedOrganisation.js';

const HASH = 'a'.repeat(64);
let organisation: SealedOrganisation;
beforeEach(async () => {
  organisation = await SealedOrganisation.make();
});
afterEach(() => organisation.remove());

function round(number: number, endedAt: string): RoundSeal {
  return RoundSeal.parse({
    v: 1,
    kind: 'round',
    organisationId: 'org',
    syncId: 'trunkSync/org',
    round: number,
    startedAt: endedAt,
    endedAt,
    causes: { timer: 1 },
    policyHash: HASH,
    decisionHash: HASH,
    enabled: true,
    inputs: { readAt: endedAt, hashes: {}, snapshots: [] },
    routes: [],
    drift: [],
    writes: [],
    heldWrites: [],
  });
}

async function report() {
  return await verify({ store: organisation.store, facts: organisation.ledger });
}

async function chainLength(): Promise<number> {
  return (await organisation.store.list('chain')).length;
}

describe('the seal of a round', () => {
  it('is written and bound once, however often the step is repeated', async () => {
    const seal = round(1, '2026-03-01T08:00:00.000Z');
    const first = await sealRound(organisation.store, seal);
    expect(await sealRound(organisation.store, seal)).toEqual(first);
    expect(await chainLength()).toBe(1);
    expect(await report()).toMatchObject({ ok: true, rounds: 1, windows: 0 });
  });

  it('is bound by a repeated step where the first was killed between the seal and the chain', async () => {
    const seal = round(1, '2026-03-01T08:00:00.000Z');
    await sealRound(organisation.store, seal);
    await rm(join(organisation.directory, 'chain'), { recursive: true });
    await sealRound(organisation.store, seal);
    expect(await report()).toMatchObject({ ok: true, rounds: 1 });
  });

  it('shares one chain with exports that end meanwhile', async () => {
    await sealRound(organisation.store, round(1, '2026-03-01T08:00:00.000Z'));
    await organisation.endExport('nightly', [await organisation.load({ from: '2024-02-01', to: '2024-02-03' })]);
    await Promise.all(
      [2, 3, 4, 5].map((number) => sealRound(organisation.store, round(number, `2026-03-01T08:0${number}:00.000Z`))),
    );
    const head = await organisation.endExport('again');
    expect(head.seq).toBe(7);
    expect(await report()).toMatchObject({ ok: true, rounds: 5, windows: 1 });
  });

  it('is found broken when somebody altered it', async () => {
    const seal = round(1, '2026-03-01T08:00:00.000Z');
    await sealRound(organisation.store, seal);
    const path = roundSealPath(seal);
    await writeFile(join(organisation.directory, path), JSON.stringify({ ...seal, enabled: false }));
    expect((await report()).broken).toMatchObject([{ kind: 'seal-altered', object: path }]);
  });

  it('is read back in time, both ways, within a span', async () => {
    for (const [number, day] of [
      [9, '01'],
      [10, '01'],
      [11, '02'],
      [12, '03'],
    ] as const)
      await sealRound(
        organisation.store,
        round(number, `2026-03-${day}T08:00:${String(number).padStart(2, '0')}.000Z`),
      );
    await sealEnabled(organisation.store, {
      v: 1,
      kind: 'syncEnabled',
      organisationId: 'org',
      policyHash: HASH,
      at: '2026-03-01T07:00:00.000Z',
      policy: {},
    });
    const numbers = async (rounds: AsyncIterable<{ seal: RoundSeal }>): Promise<number[]> => {
      const found: number[] = [];
      for await (const { seal } of rounds) found.push(seal.round);
      return found;
    };
    expect(await numbers(readRounds(organisation.store))).toEqual([9, 10, 11, 12]);
    const span = { from: '2026-03-01T08:00:10.000Z', to: '2026-03-02T23:00:00.000Z' };
    expect(await numbers(readRounds(organisation.store, span))).toEqual([10, 11]);
    expect(await numbers(readRoundsBack(organisation.store, '2026-03-02T08:00:11.000Z'))).toEqual([11, 10, 9]);
  });
});
