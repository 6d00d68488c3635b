import { describe, expect, it } from '@jest/globals';
import { policyOf, ROUTE, SyncWorld } from './support/syncWorld.js';

/** A world whose route the sync has left as `t1, t2`, and that somebody then changed to `list`. */
function changedByHand(onDrift: string, list: string[], route: Record<string, unknown> = {}): SyncWorld {
  const world = new SyncWorld(policyOf(4, { onDrift }, route));
  world.round();
  world.setRoute(list);
  return world;
}

describe('a route that was changed by hand', () => {
  it('is no drift at first contact: what is there is the starting point', () => {
    const world = new SyncWorld();
    world.setRoute(['t4', 't3']);
    const { decision, kinds } = world.round();
    expect(decision.drift).toEqual([]);
    expect(kinds).toContain('route route-1');
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('is no drift while the policy observes, nor right after it was enabled', () => {
    const world = new SyncWorld();
    world.enabled = false;
    world.round();
    world.setRoute(['t4']);
    expect(world.round(60).decision.drift).toEqual([]);
    world.enabled = true;
    expect(world.round(60).decision.drift).toEqual([]);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('is no drift under another policy', () => {
    const world = changedByHand('report', ['t4']);
    world.policy = policyOf(4, { everyMinutes: 6 });
    expect(world.round(60).decision.drift).toEqual([]);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  describe('with onDrift report', () => {
    it('is left, and reported in every round, with what was expected and since when', () => {
      const world = changedByHand('report', ['t3', 't1']);
      const drift = {
        outboundRoute: ROUTE,
        expected: ['t1', 't2'],
        found: ['t3', 't1'],
        version: 2,
        since: '2026-03-02T14:03:00.000Z',
      };
      for (const seconds of [60, 300, 300]) {
        const { decision, kinds } = world.round(seconds);
        expect(decision.drift).toEqual([drift]);
        expect(decision.routes[0]).toMatchObject({ held: 'drift', trunkBases: ['t3', 't1'], isUrgent: false });
        expect(kinds.filter((kind) => kind.startsWith('route'))).toEqual([]);
      }
      expect(world.decide().routes[0]?.why).toContain('Changed by hand, seen at 14:03 UTC: reported and left');
    });

    it('still loses a trunk that fails, in its order, and gets it back after its hold-down', () => {
      const world = changedByHand('report', ['t3', 't2', 't1']);
      world.round(60);
      world.down('t2');
      const { decision, writes } = world.round(60);
      expect(world.list()).toEqual(['t3', 't1']);
      expect(writes.send[0]).toMatchObject({ kind: 'route', lane: 'failover' });
      expect(decision.drift).toMatchObject([{ found: ['t3', 't2', 't1'], since: '2026-03-02T14:03:00.000Z' }]);
      world.up('t2');
      world.round(10);
      expect(world.list()).toEqual(['t3', 't1']);
      world.round(120);
      expect(world.list()).toEqual(['t3', 't2', 't1']);
      expect(world.decide().drift).toHaveLength(1);
    });

    it('is filled up to the minimum with what the policy prefers when a trunk of it fails', () => {
      const world = changedByHand('report', ['t3', 't4'], { minimumTrunks: 2 });
      world.round(60);
      world.down('t4');
      world.round(60);
      expect(world.list()).toEqual(['t3', 't1']);
    });

    it('gives way to the policy when none of it is healthy', () => {
      const world = changedByHand('report', ['t4']);
      world.round(60);
      world.down('t4');
      const { decision } = world.round(60);
      expect(world.list()).toEqual(['t1', 't2']);
      expect(decision.routes[0]).toMatchObject({ held: null, isUrgent: true });
    });

    it('is over when somebody sets it back, to what the sync left or to what it decides by now', () => {
      const back = changedByHand('report', ['t3', 't1']);
      back.round(60);
      back.setRoute(['t1', 't2']);
      expect(back.round(60).decision.drift).toEqual([]);

      const now = changedByHand('report', ['t3', 't1']);
      now.agents = 250;
      now.round(60);
      now.setRoute(['t1', 't2', 't3']);
      expect(now.round(60).decision.drift).toEqual([]);

      const old = changedByHand('report', ['t3', 't1']);
      old.agents = 250;
      old.round(60);
      old.setRoute(['t1', 't2']);
      expect(old.round(60).decision.drift).toEqual([]);
      expect(old.list()).toEqual(['t1', 't2', 't3']);
    });

    it('is over when the sync comes to decide the same', () => {
      const world = changedByHand('report', ['t1', 't2', 't3']);
      world.round(60);
      world.agents = 250;
      expect(world.round(60).decision.drift).toEqual([]);
      world.agents = 50;
      world.round(60);
      expect(world.list()).toEqual(['t1']);
    });

    it('counts from the last change when it is changed by hand again', () => {
      const world = changedByHand('report', ['t3']);
      world.round(60);
      world.setRoute(['t4']);
      expect(world.round(60).decision.drift).toMatchObject([
        { expected: ['t1', 't2'], found: ['t4'], version: 3, since: '2026-03-02T14:04:00.000Z' },
      ]);
    });

    it('is left where its trunks are not the policy’s, as long as they are healthy', () => {
      const world = new SyncWorld(policyOf(3));
      world.trunks.push({
        ...(world.trunks[0] as (typeof world.trunks)[0]),
        id: 'trunk-x',
        trunkBaseId: 'x',
        name: 'Other',
      });
      world.round();
      world.setRoute(['x', 't1']);
      expect(world.round(60).decision.routes[0]).toMatchObject({ trunkBases: ['x', 't1'], held: 'drift' });
      world.down('x');
      world.round(60);
      expect(world.list()).toEqual(['t1']);
    });
  });

  it('with onDrift adopt is reported once, and stands until the decision changes', () => {
    const world = changedByHand('adopt', ['t3', 't1']);
    const first = world.round(60);
    expect(first.decision.drift).toMatchObject([{ found: ['t3', 't1'] }]);
    expect(first.decision.routes[0]?.why).toContain('adopted until the decision changes');
    const second = world.round(60);
    expect(second.decision.drift).toEqual([]);
    expect(world.list()).toEqual(['t3', 't1']);
    world.agents = 250;
    world.round(60);
    expect(world.list()).toEqual(['t1', 't2', 't3']);
    expect(world.round(60).kinds).toEqual([]);
  });

  it('with onDrift restore is reported, and written as the sync had left it', () => {
    const world = changedByHand('restore', ['t3', 't1']);
    const { decision, kinds } = world.round(60);
    expect(decision.drift).toMatchObject([{ found: ['t3', 't1'], expected: ['t1', 't2'] }]);
    expect(decision.routes[0]?.why).toContain('Changed by hand, seen at 14:03 UTC: restored');
    expect(kinds).toContain('route route-1');
    expect(world.list()).toEqual(['t1', 't2']);
    expect(world.round(60).decision.drift).toEqual([]);
  });

  it('with onDrift restore stays reported until the write went through', () => {
    const world = changedByHand('restore', ['t3', 't1']);
    world.failing.add(ROUTE);
    world.round(60);
    expect(world.round(60).decision.drift).toMatchObject([{ since: '2026-03-02T14:03:00.000Z' }]);
    world.failing.clear();
    world.round(60);
    expect(world.list()).toEqual(['t1', 't2']);
    expect(world.round(60).decision.drift).toEqual([]);
  });
});

describe('a write whose answer was lost', () => {
  it('is not taken for a change by hand when it arrived after all', () => {
    const world = new SyncWorld();
    world.round();
    world.agents = 250;
    world.failing.add(ROUTE);
    world.round(60);
    world.setRoute(['t1', 't2', 't3']);
    world.agents = 50;
    world.failing.clear();
    expect(world.round(60).decision.drift).toEqual([]);
    expect(world.list()).toEqual(['t1']);
  });
});

describe('a route whose trunks are tried in any order', () => {
  it('is not written for their order, nor is that drift', () => {
    const world = new SyncWorld();
    world.routes = world.routes.map((route) => ({ ...route, distribution: 'RANDOM' as const }));
    world.round();
    world.setRoute(['t2', 't1']);
    const { decision, kinds } = world.round(60);
    expect(decision.drift).toEqual([]);
    expect(kinds).toEqual([]);
  });
});
