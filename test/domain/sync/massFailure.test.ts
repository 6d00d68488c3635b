import { describe, expect, it } from '@jest/globals';
import { policyOf, ROUTE, SyncWorld } from './support/syncWorld.js';

function settled(trunks = 4): SyncWorld {
  const world = new SyncWorld(policyOf(trunks));
  world.round();
  world.nowMs += 60_000;
  return world;
}

describe('trunks that fail in one round', () => {
  it('leave at once when they are half of the route’s or less', () => {
    const world = settled();
    world.down('t1', 't2');
    world.round();
    expect(world.list()).toEqual(['t3', 't4']);
  });

  it('hold the route when they are more than half, for as long as they are down', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    for (const seconds of [0, 60, 300]) {
      const { decision, kinds } = world.round(seconds);
      expect(decision.routes[0]).toMatchObject({ held: 'massFailure', failedAtOnce: ['t1', 't2', 't3'] });
      expect(kinds.filter((kind) => kind.startsWith('route'))).toEqual([]);
      expect(world.list()).toEqual(['t1', 't2']);
    }
  });

  it('do not hold it when they fail one after the other', () => {
    const world = settled();
    for (const trunkBase of ['t1', 't2', 't3']) {
      world.down(trunkBase);
      world.round(60);
    }
    expect(world.list()).toEqual(['t4']);
  });

  it('do not hold it when fewer calls are wanted', () => {
    const world = settled();
    world.agents = 400;
    world.round();
    expect(world.list()).toHaveLength(4);
    world.agents = 0;
    expect(world.round(60).decision.routes[0]?.held).toBeNull();
    expect(world.list()).toEqual(['t1']);
  });

  it('were a telemetry outage when they come back: the route never changed, hold-down or not', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.round();
    world.up('t1', 't2', 't3');
    expect(world.round(10).decision.routes[0]?.held).toBe('massFailure');
    expect(world.round(120).decision.routes[0]).toMatchObject({ held: null, failedAtOnce: [] });
    expect(world.list()).toEqual(['t1', 't2']);
    expect(world.round(300).kinds).toEqual([]);
  });

  it('let those leave that stay down when so many came back that half are up again', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.round();
    world.up('t2', 't3');
    world.round(10);
    expect(world.list()).toEqual(['t1', 't2']);
    world.round(120);
    expect(world.list()).toEqual(['t2', 't3']);
  });

  it('count at first contact too: a policy that begins in an outage holds what it finds', () => {
    const world = new SyncWorld();
    world.down('t1', 't2', 't3');
    expect(world.round().decision.routes[0]).toMatchObject({ held: 'massFailure' });
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('count when Genesys lists no trunks at all', () => {
    const world = settled();
    const { trunks } = world;
    world.trunks = [];
    expect(world.round().decision.routes[0]).toMatchObject({ held: 'nothingHealthy', trunkBases: ['t1', 't2'] });
    world.trunks = trunks;
    expect(world.round(60).kinds).toEqual([]);
    expect(world.round(120).kinds).toEqual([]);
  });

  it('hold their rows as they are, but not what else a row says', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.agents = 160;
    const { kinds, writes } = world.round(60);
    expect(kinds).toEqual(['campaign campaign-1']);
    const held = writes.held
      .filter(({ because }) => because === 'massFailure')
      .map(({ write }) => `${write.kind} ${write.id}`);
    expect(held).toEqual(['route route-1', 'row t1', 'row t2', 'row t4', 'row t3']);
  });
});

describe('the approval of a round', () => {
  it('lets its writes through, and is not needed again for the same trunks', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.approved = world.round().decision.hash;
    world.round(60);
    expect(world.list()).toEqual(['t4']);
    world.approved = null;
    world.agents = 20;
    expect(world.round(60).decision.routes[0]).toMatchObject({ held: null, failedAtOnce: [] });
  });

  it('is for the same decision, however late', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.approved = world.round().decision.hash;
    expect(world.round(7200).decision.hash).toBe(world.approved);
    expect(world.list()).toEqual(['t4']);
  });

  it('is not for another decision', () => {
    const world = settled(6);
    world.down('t1', 't2', 't3', 't4');
    world.approved = world.round().decision.hash;
    world.down('t5');
    expect(world.round(60).decision.hash).not.toBe(world.approved);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('stands until the write went through', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    world.approved = world.round().decision.hash;
    world.failing.add(ROUTE);
    world.round(60);
    world.failing.clear();
    world.round(60);
    expect(world.list()).toEqual(['t4']);
  });

  it('of a route that has nothing to write is remembered all the same', () => {
    const world = settled();
    world.agents = 50;
    world.round(60);
    world.down('t2', 't3', 't4');
    world.approved = world.round(60).decision.hash;
    world.round(60);
    world.approved = null;
    expect(world.round(60).decision.routes[0]?.held).toBeNull();
  });
});
