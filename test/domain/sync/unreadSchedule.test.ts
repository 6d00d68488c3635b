import { describe, expect, it } from '@jest/globals';
import { SyncWorld } from './support/syncWorld.js';

/** A world that has settled on `t1, t2` for 150 agents, and then cannot read the shifts of a schedule that is published. */
function unread(): SyncWorld {
  const world = new SyncWorld();
  world.round();
  world.isReadable = false;
  world.nowMs += 60_000;
  return world;
}

describe('a published schedule whose shifts could not be read', () => {
  it('leaves route, rows and lines as they are, and says so', () => {
    const world = unread();
    const { decision, kinds } = world.round();
    expect(kinds).toEqual([]);
    expect(decision.routes[0]?.why).toBe(
      'As it was: 200 calls wanted, 200 carried. The shifts of the published schedule could not be read yet: the route keeps its trunks, but for their health',
    );
    expect(decision.campaigns[0]?.why).toBe(
      'The shifts of the published schedule could not be read yet: its lines are left as they are',
    );
  });

  it('does not let an unhealthy trunk stay: another takes its calls, and the row keeps what it says of the schedule', () => {
    const world = unread();
    world.down('t1');
    expect(world.round().kinds).toEqual(['route route-1', 'row t1', 'row t3']);
    expect(world.list()).toEqual(['t2', 't3']);
    expect(world.rows.t3).toMatchObject({
      role: 'primary',
      schedule_id: 'schedule-1',
      agents_available: 150,
      calls_wanted: 150,
    });
  });

  it('goes by the policy where the route has nothing healthy left', () => {
    const world = unread();
    world.down('t1', 't2');
    world.round();
    expect(world.list()).toEqual(['t3', 't4']);
  });

  it('leaves the route as it is at first contact', () => {
    const world = new SyncWorld();
    world.isReadable = false;
    world.setRoute(['t4']);
    expect(world.round().kinds).not.toContain('route route-1');
    world.isReadable = true;
    world.round(60);
    expect(world.list()).toEqual(['t1', 't2']);
  });

  it('does not hide a change by hand', () => {
    const world = unread();
    world.setRoute(['t4']);
    expect(world.round().decision.drift).toMatchObject([{ found: ['t4'], expected: ['t1', 't2'] }]);
    world.isReadable = true;
    expect(world.round(60).decision.drift).toHaveLength(1);
    expect(world.list()).toEqual(['t4']);
  });
});
