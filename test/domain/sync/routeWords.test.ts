import { describe, expect, it } from '@jest/globals';
import { policyOf, SyncWorld } from './support/syncWorld.js';

const whyOf = (world: SyncWorld): string => world.decide().routes[0]?.why ?? '';
const trunkWhy = (world: SyncWorld, trunkBase: string): string =>
  world.decide().routes[0]?.trunks.find((trunk) => trunk.trunkBase === trunkBase)?.why ?? '';

/** A world after its first round: `t1, t2` on the route. */
function settled(policy = policyOf()): SyncWorld {
  const world = new SyncWorld(policy);
  world.round();
  world.nowMs += 60_000;
  return world;
}

describe('the words of a decision', () => {
  it('say who left and who joined, for which calls', () => {
    const world = settled();
    world.set(['t2'], { options: [{ proxy: 'a', up: false, at: '2026-03-02T14:02:40.000Z' }] });
    world.agents = 180;
    expect(whyOf(world)).toBe(
      'Line t2 left: OPTIONS down since 14:02 UTC; Line t3 joined: 180 calls wanted, 100 carried',
    );
  });

  it('say why each trunk is where it is, day after day', () => {
    const world = settled();
    world.down('t4');
    expect(trunkWhy(world, 't1')).toBe('Line t1 stays: carries 100 of 150 calls wanted');
    expect(trunkWhy(world, 't3')).toBe('Line t3 stays out: healthy, but not needed: 150 calls wanted, 200 carried');
    world.round();
    world.nowMs += 86_400_000;
    expect(trunkWhy(world, 't4')).toBe('Line t4 stays out: not connected since 2026-03-02 14:03 UTC');
  });

  it('say until when a trunk waits for its hold-down', () => {
    const world = settled();
    world.down('t1');
    world.round();
    world.nowMs += 60_000;
    world.up('t1');
    expect(trunkWhy(world, 't1')).toBe('Line t1 stays out: up again since 14:04 UTC, waits until 14:06 UTC');
  });

  it('say that the minimum asks for a trunk', () => {
    const world = settled(policyOf(4, {}, { minimumTrunks: 3 }));
    expect(trunkWhy(world, 't3')).toBe('Line t3 stays: the minimum is 3 trunks');
    world.agents = 0;
    expect(whyOf(world)).toBe('As it was: 0 calls wanted, 300 carried. No agent is scheduled: the minimum of trunks');
    world.schedules = [];
    expect(whyOf(world)).toContain('No published schedule covers this time: 0 agents, the minimum of trunks');
  });

  it('say that trunks join before they are needed', () => {
    const world = settled();
    const fact = world
      .truth()
      .availability.map((each) => ({ ...each, agents: each.agents.map((_, at) => (at < 57 ? 150 : 220)) }));
    world.memory = { ...world.memory, availability: fact };
    world.truth = ((truth) => () => ({ ...truth, availability: fact }))(world.truth());
    world.nowMs = Date.parse('2026-03-02T14:12:00Z');
    expect(whyOf(world)).toBe(
      'Line t3 joined: 220 calls wanted, 200 carried. For the 220 agents of the interval that comes',
    );
  });

  it('say that a trunk is gone, that the connection alone vouches, that a route is switched off', () => {
    const world = settled();
    world.trunks = world.trunks.filter(({ trunkBaseId }) => trunkBaseId !== 't1');
    world.set(['t2'], { optionsEnabled: false });
    world.routes = world.routes.map((route) => ({ ...route, enabled: false }));
    expect(whyOf(world)).toBe(
      'Line t1 left: no such trunk in Genesys since 14:03 UTC; Line t3 joined: 150 calls wanted, 100 carried. The route is switched off in Genesys',
    );
    expect(trunkWhy(world, 't2')).toBe(
      'Line t2 stays: carries 100 of 150 calls wanted (its connection alone says that it is up: OPTIONS are off)',
    );
  });

  it('say what is short', () => {
    const world = settled(policyOf(4, {}, { minimumTrunks: 3 }));
    world.agents = 1000;
    expect(whyOf(world)).toContain('All that is healthy carries 400 of 1000 calls wanted');
    world.down('t1', 't2');
    expect(whyOf(world)).toContain('Only 2 trunks healthy: the minimum is 3');
  });

  it('say why a route is held', () => {
    const world = settled();
    world.down('t1', 't2', 't3');
    expect(whyOf(world)).toBe(
      '3 of 4 trunks failed in one round, which a telemetry outage looks like too: the route stays as it is until the round is ' +
        'approved. Then: Line t1, Line t2 left: not connected since 14:03 UTC; ' +
        'Line t4 joined: 150 calls wanted, 0 carried. All that is healthy carries 100 of 150 calls wanted',
    );
    world.down('t4');
    expect(whyOf(world)).toBe(
      'No trunk that the policy names is healthy: the last good list stays. As it was: 150 calls wanted, 0 carried',
    );
    expect(trunkWhy(world, 't1')).toBe(
      'Line t1 stays: not connected since 14:03 UTC, and nothing healthy could take its place',
    );
  });

  it('say that a site is managed, or a route missing', () => {
    const world = settled();
    world.isManaged = true;
    expect(whyOf(world)).toContain(
      'Genesys manages this site, so its routes cannot be written by API: nothing is written',
    );
    world.routes = [];
    expect(whyOf(world)).toBe(
      'Genesys has no route route-1 at this site: nothing is written. Correct the policy, or make the route',
    );
  });

  it('say what a hand-made list falls short of', () => {
    const world = settled();
    world.setRoute(['t4']);
    expect(whyOf(world)).toBe(
      'Changed by hand, seen at 14:03 UTC: reported and left. As it was: 150 calls wanted, 100 carried. That list carries 100 of 150 calls wanted',
    );
    expect(trunkWhy(world, 't4')).toBe('Line t4 stays: healthy, and on the list that was made by hand');
  });

  it('say that only the order changes', () => {
    const world = new SyncWorld();
    world.setRoute(['t2', 't1']);
    expect(whyOf(world)).toBe('The same trunks in another order');
  });

  it('say that a trunk which the policy does not name leaves', () => {
    const world = new SyncWorld();
    world.trunks.push({ ...(world.trunks[0] as (typeof world.trunks)[0]), id: 'x', trunkBaseId: 'x', name: 'Other' });
    world.setRoute(['t1', 'x']);
    expect(whyOf(world)).toBe('Line t2 joined: 150 calls wanted, 100 carried; Other left: the policy does not name it');
  });
});

describe('the words of a campaign', () => {
  const campaignWhy = (world: SyncWorld): string | undefined => world.decide().campaigns[0]?.why;

  it('say how its lines were counted, and rounds up without binary fractions', () => {
    const world = new SyncWorld();
    expect(world.decide().campaigns).toEqual([
      { campaign: 'campaign-1', lineCount: 180, why: '180 lines: 1.2 for each of 150 agents' },
    ]);
    world.agents = 3;
    expect(world.decide().campaigns[0]?.lineCount).toBe(4);
    world.agents = 5;
    expect(world.decide().campaigns[0]?.lineCount).toBe(6);
  });

  it('say why it is left alone', () => {
    const world = new SyncWorld();
    world.schedules = [];
    expect(campaignWhy(world)).toBe('No published schedule covers this time: its lines are left as they are');
    expect(world.round().kinds).not.toContain('campaign campaign-1');
    const truth = world.truth();
    world.truth = () => ({ ...truth, campaigns: [] });
    expect(campaignWhy(world)).toBe('Genesys has no campaign campaign-1: correct the policy');
  });
});
