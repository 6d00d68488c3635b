import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OverlapFilter } from '../../../src/domain/live/overlapFilter.js';

describe('two channels that overlap', () => {
  it('bring each event as often as it happened, in whatever order they speak', () => {
    const events = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 });
    fc.assert(
      fc.property(events, fc.nat(20), fc.nat(20), fc.array(fc.boolean()), (all, missedByNew, missedByOld, turns) => {
        // The old one is cut off somewhere, the new one comes in somewhere before that.
        const cut = Math.max(all.length - missedByOld, 0);
        const queues = [all.slice(0, cut), all.slice(Math.min(missedByNew, cut))];
        const filter = new OverlapFilter();
        const passed: string[] = [];
        while (queues.some(({ length }) => length > 0)) {
          const wanted = turns.pop() ? 1 : 0;
          const connection = (queues[wanted]?.length ?? 0) > 0 ? wanted : 1 - wanted;
          const event = queues[connection]?.shift() ?? '';
          if (filter.passes(connection, event)) passed.push(event);
        }
        // What both bring is told apart by its contents alone: at least what the fuller of the two brought, and never more than happened.
        for (const one of ['a', 'b', 'c']) {
          const times = (list: string[]) => list.filter((event) => event === one).length;
          const fuller = Math.max(times(all.slice(0, cut)), times(all.slice(Math.min(missedByNew, cut))));
          expect(times(passed)).toBe(fuller);
        }
      }),
      { seed: 40 },
    );
  });

  it('bring what happened twice twice', () => {
    const filter = new OverlapFilter();
    expect([0, 0, 1, 1, 1].map((connection) => filter.passes(connection, 'down'))).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});
