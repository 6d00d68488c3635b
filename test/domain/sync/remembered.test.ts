import { describe, expect, it } from '@jest/globals';
import { decideRound } from '../../../src/domain/sync/decideRound.js';
import { policyHash } from '../../../src/domain/sync/policyHash.js';
import { attempting, remembered } from '../../../src/domain/sync/remembered.js';
import { roundWrites } from '../../../src/domain/sync/roundWrites.js';
import { emptyMemory } from '../../../src/domain/sync/syncMemory.js';
import type { WrittenWrite } from '../../../src/domain/sync/syncState.js';
import { policyOf, ROUTE, SyncWorld } from './support/syncWorld.js';

describe('what is remembered', () => {
  it('is JSON, and as it was after a trip through it', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1');
    world.round(60);
    expect(JSON.parse(JSON.stringify(world.memory))).toEqual(world.memory);
  });

  it('is small beside the availability: under 6 kB for fifteen trunks', () => {
    const world = new SyncWorld(policyOf(15));
    for (let round = 0; round < 20; round++) {
      world.down(`t${(round % 15) + 1}`);
      world.round(30);
      world.up(`t${(round % 15) + 1}`);
    }
    expect(JSON.stringify({ ...world.memory, availability: [] }).length).toBeLessThan(6000);
  });

  it('is that the sync owns a route once, enabled, it left it as it wants it', () => {
    const world = new SyncWorld();
    world.enabled = false;
    world.round();
    expect(world.memory.routes[ROUTE]).toMatchObject({ trunkBases: ['t1', 't2'], ownedBy: null });
    world.enabled = true;
    world.round(60);
    expect(world.memory.routes[ROUTE]).toMatchObject({ trunkBases: ['t1', 't2'], ownedBy: policyHash(world.policy) });
  });

  it('is what a failed write may have put', () => {
    const world = new SyncWorld();
    world.round();
    world.agents = 250;
    world.failing.add(ROUTE);
    world.round(60);
    expect(world.memory.routes[ROUTE]).toMatchObject({ trunkBases: ['t1', 't2'], attempts: [['t1', 't2', 't3']] });
    world.failing.clear();
    world.round(60);
    expect(world.memory.routes[ROUTE]).toMatchObject({ trunkBases: ['t1', 't2', 't3'], attempts: [] });
  });

  it('is the last three lists at most whose fate nobody knows', () => {
    let memory = attempting(emptyMemory(), ROUTE, ['a']);
    for (const trunkBase of ['b', 'b', 'c', 'd']) memory = attempting(memory, ROUTE, [trunkBase]);
    expect(memory.routes[ROUTE]?.attempts).toEqual([['b'], ['c'], ['d']]);
  });

  it('is the list that was sent, where the round decided again after it', () => {
    const world = new SyncWorld();
    world.round();
    world.agents = 250;
    const question = { policy: world.policy, truth: world.truth(), memory: world.memory, nowMs: world.nowMs };
    const decision = decideRound(question);
    const writes = roundWrites({ ...question, decision, enabled: true, approved: null });
    const sent: WrittenWrite = {
      kind: 'route',
      id: ROUTE,
      outcome: 'written',
      before: ['t1', 't2'],
      after: ['t2', 't3'],
      at: '',
      why: '',
      problem: null,
      correlationId: null,
    };
    const memory = remembered({ ...question, decision, writes, written: [sent], enabled: true });
    expect(memory.routes[ROUTE]).toMatchObject({ trunkBases: ['t2', 't3'], attempts: [] });
  });

  it('is the availability of weeks that are not over', () => {
    const world = new SyncWorld();
    world.round();
    expect(world.memory.availability).toHaveLength(1);
    world.nowMs = Date.parse('2026-03-09T00:00:00Z');
    world.round();
    expect(world.memory.availability).toEqual([]);
  });
});
