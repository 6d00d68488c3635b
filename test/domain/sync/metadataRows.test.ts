import { describe, expect, it } from '@jest/globals';
import { rowHash } from '../../../src/domain/sync/metadataRows.js';
import type { SyncPolicy } from '../../../src/domain/sync/syncPolicy.js';
import { policyOf, SyncWorld } from './support/syncWorld.js';

/** A second route on the same site over `t2, t1`, and a second site with one over `t2, t3`. */
function threeRoutes(): SyncPolicy {
  const policy = policyOf(3);
  const [site] = policy.sites;
  const [route] = site?.routes ?? [];
  if (!site || !route) throw new Error('a policy has a route');
  const [t1, t2, t3] = route.trunks;
  if (!t1 || !t2 || !t3) throw new Error('a policy has trunks');
  return {
    ...policy,
    sites: [
      { ...site, routes: [route, { ...route, outboundRoute: 'route-2', callsPerAgent: 0.5, trunks: [t2, t1] }] },
      { ...site, site: 'site-2', campaigns: [], routes: [{ ...route, outboundRoute: 'route-3', trunks: [t2, t3] }] },
    ],
  };
}

describe('the row of a trunk', () => {
  it('says who carries it, for which schedule, agents and calls, and until when', () => {
    const world = new SyncWorld();
    world.round();
    expect(world.rows.t1).toEqual({
      key: 't1',
      carrier: 'SingTel',
      schedule_id: 'schedule-1',
      schedule_version: 3,
      agents_available: 150,
      calls_wanted: 150,
      role: 'primary',
      effective_from: '2026-03-02T14:00:00.000Z',
      effective_to: '2026-03-03T14:15:00.000Z',
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(world.rows.t3).toMatchObject({ role: 'standby' });
  });

  it('is one for a trunk of several routes: its most active role, its routes’ calls, each site’s agents once', () => {
    const world = new SyncWorld(threeRoutes());
    world.agents = 80;
    const rows = Object.fromEntries(world.decide().rows.map((row) => [row.key, row]));
    expect(Object.keys(rows)).toEqual(['t1', 't2', 't3']);
    expect(rows.t1).toMatchObject({ role: 'primary', agents_available: 80, calls_wanted: 120 });
    expect(rows.t2).toMatchObject({ role: 'primary', agents_available: 160, calls_wanted: 200 });
    expect(rows.t3).toMatchObject({ role: 'standby', agents_available: 160, calls_wanted: 160 });
  });

  it('says that a trunk is out for its health, or waits for its hold-down', () => {
    const world = new SyncWorld();
    world.round();
    world.down('t4');
    world.trunks = world.trunks.filter(({ trunkBaseId }) => trunkBaseId !== 't3');
    world.round(60);
    expect(world.rows.t3).toMatchObject({ role: 'failover' });
    expect(world.rows.t4).toMatchObject({ role: 'failover' });
    world.up('t4');
    world.round(60);
    expect(world.rows.t4).toMatchObject({ role: 'failover' });
    world.round(120);
    expect(world.rows.t4).toMatchObject({ role: 'standby' });
  });

  it('names no schedule where none is published', () => {
    const world = new SyncWorld();
    world.schedules = [];
    world.round();
    expect(world.rows.t1).toMatchObject({ schedule_id: '', schedule_version: 0, agents_available: 0, role: 'primary' });
  });

  it('ends with the first of its sites’ schedules that asks for something else', () => {
    const world = new SyncWorld(threeRoutes());
    const truth = world.truth();
    const availability = truth.availability.map((fact) =>
      fact.siteId === 'site-2' ? { ...fact, agents: fact.agents.map((agents, at) => (at < 60 ? agents : 0)) } : fact,
    );
    world.truth = () => ({ ...truth, availability });
    expect(world.decide().rows.map(({ key, effective_to }) => `${key} ${effective_to}`)).toEqual([
      't1 2026-03-03T14:15:00.000Z',
      't2 2026-03-02T15:00:00.000Z',
      't3 2026-03-02T15:00:00.000Z',
    ]);
  });

  it('has a hash of its content, whatever it is effective for', () => {
    const world = new SyncWorld();
    const [row, other] = world.decide().rows;
    if (!row || !other) throw new Error('every trunk has a row');
    expect(row.content_hash).toBe(rowHash(row));
    expect(rowHash({ ...row, ...{ effective_to: 'later' } })).toBe(row.content_hash);
    const changes = [
      { key: 'x' },
      { carrier: 'x' },
      { schedule_id: 'x' },
      { schedule_version: 9 },
      { agents_available: 9 },
      { calls_wanted: 9 },
      { role: 'failover' as const },
    ];
    const hashes = new Set(changes.map((change) => rowHash({ ...row, ...change })));
    expect(hashes.size).toBe(changes.length);
    expect(hashes.has(row.content_hash)).toBe(false);
  });
});
