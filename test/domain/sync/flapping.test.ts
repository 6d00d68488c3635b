import { describe, expect, it } from '@jest/globals';
import { nextRound } from '../../../src/domain/sync/nextRound.js';
import { SyncWorld } from './support/syncWorld.js';

/** Runs the rounds that are due until `seconds` later: `flip` tells at each second whether it changed a trunk. */
function run(
  world: SyncWorld,
  seconds: number,
  flip: (second: number) => boolean,
): { routeWrites: number; rounds: number } {
  const startMs = world.nowMs;
  let lastRoundAtMs: number | null = null;
  let trunkAtMs: number | null = null;
  let routeWrites = 0;
  let rounds = 0;
  for (let tick = 0; tick < seconds * 2; tick++) {
    world.nowMs = startMs + tick * 500;
    if (tick % 2 === 0 && flip(tick / 2)) trunkAtMs ??= world.nowMs;
    const hints = { scheduleAtMs: null, trunkAtMs, nowAtMs: null };
    const due = nextRound({ policy: world.policy, memory: world.memory, hints, lastRoundAtMs, nowMs: world.nowMs });
    if (due.atMs > world.nowMs) continue;
    rounds++;
    routeWrites += world.round().kinds.filter((kind) => kind.startsWith('route')).length;
    lastRoundAtMs = world.nowMs;
    trunkAtMs = null;
  }
  return { routeWrites, rounds };
}

describe('a trunk that goes up and down every 10 s for 10 minutes', () => {
  const flapping = (world: SyncWorld, trunkBases: string[]) => (second: number) => {
    if (second < 5 || second > 605 || second % 10 !== 5) return false;
    if (second % 20 === 5) world.down(...trunkBases);
    else world.up(...trunkBases);
    return true;
  };

  it('costs its route two writes: out at once, and in again when it has been up for the hold-down', () => {
    const world = new SyncWorld();
    expect(run(world, 600, flapping(world, ['t1'])).routeWrites).toBe(1);
    expect(world.list()).toEqual(['t2', 't3']);
    world.up('t1');
    expect(run(world, 300, () => false).routeWrites).toBe(1);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('costs none where it is not on the route', () => {
    const world = new SyncWorld();
    expect(run(world, 900, flapping(world, ['t4'])).routeWrites).toBe(0);
  });

  it('costs none where it is the only trunk of its route', () => {
    const world = new SyncWorld();
    world.policy = {
      ...world.policy,
      sites: world.policy.sites.map((site) => ({
        ...site,
        routes: site.routes.map((route) => ({ ...route, trunks: route.trunks.slice(0, 1) })),
      })),
    };
    world.setRoute(['t1']);
    expect(run(world, 900, flapping(world, ['t1'])).routeWrites).toBe(0);
  });

  it('costs two where so fast that no round ever sees it down', () => {
    const world = new SyncWorld();
    const quick = (second: number): boolean => {
      if (second < 5 || second > 605 || second % 10 !== 5) return false;
      world.down('t1');
      world.nowMs += 100;
      world.up('t1');
      return true;
    };
    expect(run(world, 900, quick).routeWrites).toBe(2);
  });

  it('costs two for each of two trunks that do it in turns', () => {
    const world = new SyncWorld();
    const inTurns = (second: number): boolean => {
      if (second < 5 || second > 605 || second % 10 !== 5) return false;
      const down = second % 20 === 5 ? 't1' : 't2';
      world.down(down);
      world.up(down === 't1' ? 't2' : 't1');
      return true;
    };
    const during = run(world, 700, inTurns).routeWrites;
    world.up('t1', 't2');
    expect(during + run(world, 300, () => false).routeWrites).toBeLessThanOrEqual(4);
    expect(world.list()).toEqual(['t1', 't2']);
  });
});
