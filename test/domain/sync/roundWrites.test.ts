import { describe, expect, it } from '@jest/globals';
import { policyOf, ROUTE, SyncWorld } from './support/syncWorld.js';

const because = (round: ReturnType<SyncWorld['round']>): string[] => [
  ...new Set(round.writes.held.map((held) => held.because)),
];

describe('the writes of a round', () => {
  it('are none while the policy observes', () => {
    const world = new SyncWorld();
    world.setRoute(['t4']);
    world.enabled = false;
    const round = world.round();
    expect(round.kinds).toEqual([]);
    expect(because(round)).toEqual(['observing']);
    expect(round.writes.held.map(({ write }) => write.id)).toEqual([ROUTE, 't1', 't2', 't3', 't4', 'campaign-1']);
  });

  it('put failover first: the route, then the rows of what left and joined, then the rest', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1');
    world.agents = 160;
    const { writes } = world.round(60);
    expect(writes.send.map(({ lane, kind, id }) => `${lane} ${kind} ${id}`)).toEqual([
      'failover route route-1',
      'failover row t1',
      'failover row t3',
      'sync row t2',
      'sync row t4',
      'sync campaign campaign-1',
    ]);
  });

  it('are urgent for the row of a trunk that failed, though its route was rewritten before', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1');
    world.setRoute(['t2', 't3']);
    expect(world.round(60).writes.send.map(({ lane, id }) => `${lane} ${id}`)).toEqual(['failover t1', 'sync t3']);
  });

  it('are not urgent when a trunk comes back, or fewer are wanted', () => {
    const world = new SyncWorld();
    world.round();
    world.agents = 90;
    expect(world.round(60).writes.send.map(({ lane }) => lane)).not.toContain('failover');
    world.down('t1');
    world.round(60);
    world.up('t1');
    world.round(60);
    expect(world.round(120).writes.send.map(({ lane }) => lane)).toEqual(['sync', 'sync', 'sync']);
  });

  it('carry what was there and what shall be', () => {
    const world = new SyncWorld();
    world.setRoute(['t2']);
    const [route, row] = world.round().writes.send;
    expect(route).toMatchObject({
      kind: 'route',
      siteId: 'site-1',
      before: { trunkBaseIds: ['t2'], version: 2 },
      after: ['t1', 't2'],
    });
    expect(row).toMatchObject({
      kind: 'row',
      before: null,
      exists: false,
      after: { key: 't1', role: 'primary' },
      why: 'there is no row',
    });
  });

  it('are only those of a failover when there are more than the policy allows, until the round is approved', () => {
    const world = new SyncWorld(policyOf(4, { maxWritesPerRound: 3 }));
    const first = world.round();
    expect(first.kinds).toEqual([]);
    expect(because(first)).toEqual(['tooMany']);
    world.down('t1');
    const second = world.round(60);
    expect(second.kinds).toEqual(['route route-1', 'row t1', 'row t3']);
    expect(second.writes.held.map(({ write, because: why }) => `${write.id} ${why}`)).toEqual([
      't2 tooMany',
      't4 tooMany',
      'campaign-1 tooMany',
    ]);
    const third = world.round(60);
    expect(third.kinds).toEqual(['row t2', 'row t4', 'campaign campaign-1']);
  });

  it('are all sent when the round was approved', () => {
    const world = new SyncWorld(policyOf(4, { maxWritesPerRound: 3 }));
    world.setRoute(['t4']);
    world.approved = world.round().decision.hash;
    const round = world.round(60);
    expect(round.kinds).toHaveLength(6);
    expect(round.writes).toMatchObject({ approved: true, held: [] });
  });

  it('are as many as the policy allows without approval', () => {
    const world = new SyncWorld(policyOf(4, { maxWritesPerRound: 5 }));
    expect(world.round().kinds).toHaveLength(5);
  });

  it('are none for a site that Genesys manages, and none for a route that is gone', () => {
    const managed = new SyncWorld();
    managed.setRoute(['t4']);
    managed.isManaged = true;
    expect(managed.round().kinds).not.toContain('route route-1');
    expect(managed.list()).toEqual(['t4']);

    const gone = new SyncWorld();
    gone.round();
    gone.routes = [];
    gone.agents = 250;
    const { decision, kinds } = gone.round(120);
    expect(kinds).not.toContain('route route-1');
    expect(decision.routes[0]).toMatchObject({ held: 'missing', trunkBases: ['t1', 't2'], found: [] });
  });

  it('are none for rows where the policy names no table', () => {
    const world = new SyncWorld(policyOf(4, { metadataTable: undefined }));
    expect(world.round().kinds).toEqual(['campaign campaign-1']);
  });
});

describe('a row of the data table', () => {
  it('is added again when somebody deleted it, and written anew when it cannot be read', () => {
    const world = new SyncWorld();
    world.round();
    world.rows = { t2: null, t3: world.rows.t3 ?? null, t4: world.rows.t4 ?? null };
    const { writes } = world.round(60);
    expect(writes.send).toMatchObject([
      { id: 't1', exists: false, before: null, why: 'there is no row' },
      { id: 't2', exists: true, before: null, why: 'the row could not be read' },
    ]);
  });

  it('is rewritten at most once a minute', () => {
    const world = new SyncWorld();
    world.round();
    world.agents = 151;
    const early = world.round(59.999);
    expect(early.kinds).toEqual(['campaign campaign-1']);
    expect(because(early)).toEqual(['rowWrittenLately']);
    expect(world.memory.rowsDueAt).toBe('2026-03-02T14:03:00.000Z');
    expect(world.round(0.001).kinds).toEqual(['row t1', 'row t2', 'row t3', 'row t4']);
    expect(world.memory.rowsDueAt).toBeNull();
  });

  it('is rewritten at once when its role changed', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t1');
    expect(world.round(5).kinds).toEqual(['route route-1', 'row t1', 'row t3']);
  });

  it('that somebody deletes again and again is added once a minute', () => {
    const world = new SyncWorld();
    world.round();
    let added = 0;
    for (let round = 0; round < 60; round++) {
      world.rows = {};
      added += world.round(10).kinds.filter((kind) => kind === 'row t1').length;
    }
    expect(added).toBe(10);
  });

  it('is not rewritten because time passes, until what it says has run out', () => {
    const world = new SyncWorld();
    world.round();
    expect(world.rows.t1).toMatchObject({
      effective_from: '2026-03-02T14:00:00.000Z',
      effective_to: '2026-03-03T14:15:00.000Z',
    });
    for (let hour = 0; hour < 24; hour++) expect(world.round(3600).kinds).toEqual([]);
    const { writes } = world.round(15 * 60);
    expect(writes.send.map(({ why }) => why)).toContain('it was good until 2026-03-03T14:15:00.000Z');
  });

  it('is rewritten when somebody changed a column and left the hash', () => {
    const world = new SyncWorld();
    world.round();
    const row = world.rows.t1;
    world.rows = { ...world.rows, t1: row ? { ...row, calls_wanted: 999 } : null };
    expect(world.round(60).writes.send).toMatchObject([{ id: 't1', why: '150 agents, 150 calls wanted' }]);
  });

  it('is rewritten when only the version of its schedule moved', () => {
    const world = new SyncWorld();
    world.round();
    const truth = world.truth();
    const availability = truth.availability.map((fact) => ({ ...fact, scheduleVersion: 4 }));
    world.truth = () => ({ ...truth, availability, rows: world.rows, routes: world.routes });
    expect(world.round(60).kinds).toEqual(['row t1', 'row t2', 'row t3', 'row t4']);
  });
});
