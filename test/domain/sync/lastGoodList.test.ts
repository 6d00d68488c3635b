import { describe, expect, it } from '@jest/globals';
import { policyOf, SyncWorld } from './support/syncWorld.js';

function settled(): SyncWorld {
  const world = new SyncWorld(policyOf(4));
  world.round();
  world.nowMs += 60_000;
  return world;
}

/** Takes trunks down one a round, so that nothing looks like a telemetry outage. */
function downInTurn(world: SyncWorld, ...trunkBases: string[]): void {
  for (const trunkBase of trunkBases) {
    world.down(trunkBase);
    world.round(60);
  }
}

describe('a route of which no trunk is healthy', () => {
  it('keeps its last good list, and says so', () => {
    const world = settled();
    downInTurn(world, 't1', 't2', 't3', 't4');
    expect(world.list()).toEqual(['t4']);
    expect(world.decide().routes[0]).toMatchObject({ held: 'nothingHealthy', isUrgent: false, trunkBases: ['t4'] });
    expect(world.round(300).kinds).toEqual([]);
  });

  it('is served by a trunk in its hold-down rather than by dead ones', () => {
    const world = settled();
    downInTurn(world, 't1', 't2', 't3', 't4');
    world.up('t2');
    const { decision, writes } = world.round(10);
    expect(decision.routes[0]).toMatchObject({ held: 'nothingHealthy', trunkBases: ['t2'], isUrgent: true });
    expect(writes.send[0]).toMatchObject({ kind: 'route', lane: 'failover' });
    expect(world.list()).toEqual(['t2']);
    expect(world.rows.t2).toMatchObject({ role: 'primary' });
    expect(decision.routes[0]?.trunks[1]?.why).toBe(
      'Line t2 joined: up again since 14:07 UTC, and nothing is healthy for longer',
    );
  });

  it('is not rewritten each time its trunks come and go, together or in turns', () => {
    const world = settled();
    world.agents = 0;
    world.policy = policyOf(4, {}, { minimumTrunks: 2 });
    downInTurn(world, 't1', 't2');
    expect(world.list()).toEqual(['t3', 't4']);
    world.down('t3', 't4');
    world.round(60);
    const changes = [() => world.up('t3', 't4'), () => world.down('t3', 't4')];
    const inTurns = ['t3', 't4'].map((up) => () => {
      world.down('t3', 't4');
      world.up(up);
    });
    for (const change of [...changes, ...changes, ...inTurns, ...inTurns, ...inTurns]) {
      change();
      expect(world.round(10).kinds.filter((kind) => kind.startsWith('route'))).toEqual([]);
    }
  });

  it('goes by the policy again as soon as a trunk of it is healthy', () => {
    const world = settled();
    downInTurn(world, 't1', 't2', 't3', 't4');
    world.up('t1');
    world.round(10);
    world.round(120);
    expect(world.decide().routes[0]).toMatchObject({ held: null, trunkBases: ['t1'] });
  });

  it('waits for approval before one in its hold-down serves, where all failed at once', () => {
    const world = settled();
    world.down('t1', 't2', 't3', 't4');
    world.round();
    world.up('t3');
    const { decision } = world.round(10);
    expect(decision.routes[0]).toMatchObject({ held: 'massFailure', trunkBases: ['t3'] });
    expect(world.list()).toEqual(['t1', 't2']);
    world.approved = decision.hash;
    world.round(10);
    expect(world.list()).toEqual(['t3']);
  });

  it('keeps those that the policy does not name, where they are healthy', () => {
    const world = settled();
    world.trunks.push(...world.trunks.slice(0, 1).map((each) => ({ ...each, id: 'x', trunkBaseId: 'x' })));
    downInTurn(world, 't2', 't3', 't4');
    world.setRoute(['t1', 'x']);
    downInTurn(world, 't1');
    expect(world.list()).toEqual(['x']);
    expect(world.decide().routes[0]).toMatchObject({ held: 'nothingHealthy', trunkBases: ['x'] });
  });
});
