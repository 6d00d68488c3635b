import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WindowSeal } from '../../src/domain/seal.js';
import { HeldOrganisation } from './heldOrganisation.js';

const DAYS = 6;

type Step =
  | { readonly do: 'load'; readonly day: number; readonly body: string }
  | { readonly do: 'write' | 'bind' }
  | { readonly do: 'place'; readonly from: number; readonly days: number }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'purge'; readonly before: number };

const day = fc.integer({ min: 0, max: DAYS - 1 });
// Few bodies, so that landings are shared by seals of several days, held and not.
const body = fc.constantFrom('{}', 'one', 'two', 'three');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('load' as const), day, body }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'bind' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('place' as const), from: day, days: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('purge' as const), before: fc.integer({ min: 0, max: DAYS }) }) },
);

/** Seals and landings that standing holds keep, of what is there: by the seals that are written. */
function kept(organisation: HeldOrganisation, holds: ReadonlyMap<string, readonly [number, number]>): Set<string> {
  const keep = new Set<string>();
  for (const [path, seal] of organisation.seals())
    for (const [from, to] of holds.values())
      if (organisation.isBetween(seal.from, from, to))
        for (const object of [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)]) keep.add(object);
  return keep;
}

describe('legal holds, whatever happens in whatever order', () => {
  it('keep every object that they concern, hold no other, and once they are released all can be purged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
        const organisation = new HeldOrganisation();
        const holds = new Map<string, readonly [number, number]>();
        let mustStay = new Set<string>();
        let placed = 0;
        for (const next of steps) {
          switch (next.do) {
            case 'load':
              await organisation.load(next.day, next.body);
              break;
            case 'place': {
              const holdId = `hold-${placed++}`;
              holds.set(holdId, [next.from, next.from + next.days]);
              await organisation.place(holdId, next.from, next.from + next.days);
              break;
            }
            case 'release': {
              const holdId = [...holds.keys()][next.which];
              if (holdId === undefined) break;
              holds.delete(holdId);
              await organisation.release(holdId);
              break;
            }
            case 'purge':
              await organisation.purge(next.before);
              break;
            default:
              await organisation[next.do]();
          }
          // Of what was held before this step and still is by a hold that stands, nothing is gone.
          const there = new Set(organisation.evidence());
          const concerned = kept(organisation, holds);
          if (next.do !== 'release') for (const path of mustStay) expect(`${path} ${there.has(path)}`).toMatch(/true$/);
          mustStay = concerned;
          // What waits to be written is held where the placement met it, and else once it is written.
          const waiting = organisation.waiting();
          for (const path of there)
            if (!waiting.has(path) || concerned.has(path))
              expect([path, organisation.memory.isHeld(path)]).toEqual([path, concerned.has(path)]);
        }
        await organisation.bind();
        for (const holdId of holds.keys()) await organisation.release(holdId);
        await organisation.purge(DAYS + 1);
        const left = organisation.evidence().filter((path) => path.startsWith('seals/'));
        expect(left).toEqual([]);
        expect(organisation.orphans()).toEqual([]);
      }),
      { numRuns: 80, seed: 7 },
    );
  });

  it('keep what is sealed at any moment of their placement', async () => {
    await atEveryMoment(
      async () => {
        const organisation = new HeldOrganisation();
        await organisation.load(1, 'before');
        await organisation.write();
        await organisation.bind();
        return organisation;
      },
      async (organisation) => await organisation.place('hold', 0, 3),
      async (organisation) => {
        await organisation.load(2, 'meanwhile');
        await organisation.write();
      },
      (organisation) => allHeld(organisation, 2),
    );
  });

  it('are asked for after a seal is written, so that one that was registered by then is never overlooked', async () => {
    for (const moment of ['before the seal is written', 'right after it was written']) {
      const organisation = new HeldOrganisation();
      const path = await organisation.load(1, 'new');
      const writing = organisation.ledger.seals.find((seal) => seal.path === path)?.content ?? '';
      let isWritten = false;
      organisation.memory.onCall = async () => {
        isWritten = organisation.memory.paths().includes(path);
        if (isWritten !== (moment === 'right after it was written')) return;
        organisation.memory.onCall = null;
        await organisation.place('hold', 0, 3);
        // As if the placement had not met it: what counts is who writes it.
        await organisation.memory.releaseHold(path);
      };
      await organisation.store.createOnce(path, Buffer.from(writing));
      allHeld(organisation, 1);
    }
  });

  it('keep what is sealed and bound while they are placed at any moment of that', async () => {
    await atEveryMoment(
      async () => {
        const organisation = new HeldOrganisation();
        await organisation.load(1, 'before');
        return organisation;
      },
      async (organisation) => {
        await organisation.write();
        await organisation.bind();
      },
      async (organisation) => await organisation.place('hold', 0, 3),
      (organisation) => allHeld(organisation, 1),
    );
  });

  it('keep what another hold lets go of at any moment of their placement', async () => {
    await atEveryMoment(
      async () => {
        const organisation = new HeldOrganisation();
        await organisation.load(1, 'shared');
        await organisation.write();
        await organisation.bind();
        await organisation.place('first', 0, 2);
        return organisation;
      },
      async (organisation) => await organisation.release('first'),
      async (organisation) => await organisation.place('second', 1, 3),
      (organisation) => allHeld(organisation, 1),
    );
  });

  it('keep what another lets go of at any moment of their placement, though who releases that dies at any call after it', async () => {
    let deaths = 0;
    for (let moment = 0, wasPlaced = true; wasPlaced; moment++)
      for (let death = moment + 1, died = true; died; death++) {
        const organisation = new HeldOrganisation();
        await organisation.load(1, 'shared');
        await organisation.write();
        await organisation.bind();
        await organisation.place('first', 0, 2);
        await organisation.load(1, 'not bound yet');
        await organisation.write();
        ({ wasPlaced, died } = await releaseDying(organisation, { moment, death }));
        if (!wasPlaced) break;
        allHeld(organisation, 2);
        deaths += Number(died);
      }
    expect(deaths).toBeGreaterThan(500);
  });

  it('win over a purge at every moment of it, for all that is still there', async () => {
    const there: number[] = [];
    await atEveryMoment(
      async () => {
        const organisation = new HeldOrganisation();
        for (const each of [0, 1, 2]) await organisation.load(each, each < 2 ? 'shared' : 'own');
        await organisation.write();
        await organisation.bind();
        return organisation;
      },
      async (organisation) => await organisation.purge(4),
      async (organisation) => {
        await organisation.place('hold', 0, 4);
        organisation.note();
      },
      (organisation) => {
        // What the placement found and recorded as held is there afterwards, too.
        const seals = [...organisation.seals()];
        expect(seals.map(([path]) => path)).toEqual(organisation.noted);
        allHeld(organisation, seals.length);
        there.push(seals.length);
      },
    );
    // Early enough, nothing goes; too late, nothing is left.
    expect([Math.max(...there), Math.min(...there)]).toEqual([3, 0]);
  });
});

describe('a purge', () => {
  it('takes no landing of a window that lands the same bytes at any moment of it, or tells the window', async () => {
    const told = new Set<string>();
    let path = '';
    let first = '';
    await atEveryMoment(
      async () => {
        const organisation = new HeldOrganisation();
        await organisation.load(0, 'shared');
        await organisation.write();
        await organisation.bind();
        return organisation;
      },
      async (organisation) => await organisation.purge(3),
      async (organisation) => {
        path = await organisation.load(5, 'shared');
        await organisation.write();
        first = await organisation.landingsStay(path);
      },
      async (organisation) => {
        const landings = organisation.evidence().filter((object) => object.startsWith('landings/'));
        const last = first === 'NotReady' ? await organisation.landingsStay(path) : first;
        expect(landings).toHaveLength(last === 'stay' ? 1 : 0);
        told.add(`${first} ${last}`);
      },
    );
    expect([...told].sort()).toEqual(['NotReady Corrupt', 'NotReady stay', 'stay stay']);
  });
});

/**
 * Releases `first`, while `second` is placed right before one call of the store; from a later call on every call fails, as if the process
 * were killed, until the step that was under way is repeated.
 */
async function releaseDying(
  organisation: HeldOrganisation,
  { moment, death }: { moment: number; death: number },
): Promise<{ wasPlaced: boolean; died: boolean }> {
  const killed = new Error('killed');
  let calls = 0;
  let isPlacing = false;
  let wasPlaced = false;
  let isDead = false;
  let died = false;
  organisation.memory.onCall = async () => {
    if (isPlacing) return;
    const call = calls++;
    if (call === death) isDead = died = true;
    if (isDead) throw killed;
    if (call !== moment) return;
    isPlacing = wasPlaced = true;
    await organisation.place('second', 1, 3);
    isPlacing = false;
  };
  await organisation.release('first', async (step) => {
    try {
      return await step();
    } catch (error) {
      if (error !== killed) throw error;
      isDead = false;
      return await step();
    }
  });
  organisation.memory.onCall = null;
  return { wasPlaced, died };
}

/** Every seal that is there is held, with its landings. */
function allHeld(organisation: HeldOrganisation, seals: number): void {
  const found: [string, WindowSeal][] = [...organisation.seals()];
  expect(found).toHaveLength(seals);
  for (const [path, seal] of found)
    for (const object of [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)])
      expect([object, organisation.memory.isHeld(object)]).toEqual([object, true]);
}

/** Runs one thing once for each call of the store that it makes, with the other happening whole right before that call. */
async function atEveryMoment(
  prepare: () => Promise<HeldOrganisation>,
  one: (organisation: HeldOrganisation) => Promise<void>,
  other: (organisation: HeldOrganisation) => Promise<void>,
  judge: (organisation: HeldOrganisation) => void | Promise<void>,
): Promise<void> {
  for (let moment = 0; ; moment++) {
    const organisation = await prepare();
    const met = new Set<number>();
    organisation.memory.calls = 0;
    organisation.memory.onCall = async (call) => {
      if (call !== moment || met.has(moment)) return;
      met.add(moment);
      await other(organisation);
    };
    await one(organisation);
    organisation.memory.onCall = null;
    if (!met.has(moment)) {
      expect(moment).toBeGreaterThan(5);
      return;
    }
    await judge(organisation);
  }
}
