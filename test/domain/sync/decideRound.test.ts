import { describe, expect, it } from '@jest/globals';
import { SyncWorld } from './support/syncWorld.js';

describe('a round', () => {
  it('writes routes, rows and lines once, and nothing where nothing changed', () => {
    const world = new SyncWorld();
    world.setRoute(['t1']);
    expect(world.round().kinds).toEqual([
      'route route-1',
      'row t1',
      'row t2',
      'row t3',
      'row t4',
      'campaign campaign-1',
    ]);
    expect(world.list()).toEqual(['t1', 't2']);
    expect(world.lines).toBe(180);
    expect(world.round(300).kinds).toEqual([]);
  });

  it('takes a trunk out at once when its carrier fails, and puts it back after its hold-down', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1');
    const failover = world.round(60);
    expect(failover.kinds).toEqual(['route route-1', 'row t1', 'row t3']);
    expect(failover.writes.send.map(({ lane }) => lane)).toEqual(['failover', 'failover', 'failover']);
    expect(world.list()).toEqual(['t2', 't3']);
    expect(failover.decision.routes[0]?.why).toBe(
      'Line t1 left: not connected since 14:02 UTC; Line t3 joined: 150 calls wanted, 100 carried',
    );
    world.up('t1');
    world.round(60);
    expect(world.list()).toEqual(['t2', 't3']);
    world.round(60);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('leaves a route as it is when most of its trunks fail at once, until the round is approved', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1', 't2', 't3');
    const { decision, writes, kinds } = world.round(60);
    expect(decision.routes[0]).toMatchObject({ held: 'massFailure', trunkBases: ['t4'] });
    expect(kinds).toEqual([]);
    expect(writes.held.map(({ because }) => because)).toContain('massFailure');
    world.approved = decision.hash;
    world.round(60);
    expect(world.list()).toEqual(['t4']);
  });
});
