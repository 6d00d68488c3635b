import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideRound } from '../../../src/domain/sync/decideRound.js';
import type { RouteDecision, RoundDecision } from '../../../src/domain/sync/roundDecision.js';
import { policyOf, ROUTE, SyncWorld, trunk } from './support/syncWorld.js';
import type { TrunkFact } from '../../../src/domain/sync/syncFacts.js';

type State = 'up' | 'down' | 'options' | 'gone' | 'off';

const changesOf: Record<Exclude<State, 'gone'>, Partial<TrunkFact>> = {
  up: {},
  down: { connected: false, connectedAt: null },
  options: { options: [{ proxy: 'a', up: false, at: null }] },
  off: { enabled: false },
};

const TRUNKS = 6;
const bases = Array.from({ length: TRUNKS }, (_, at) => `t${at + 1}`);

/** One round: how each trunk is, how many agents, and how much later. */
const step = fc.record({
  states: fc.array(fc.constantFrom<State>('up', 'up', 'up', 'down', 'options', 'gone', 'off'), {
    minLength: TRUNKS,
    maxLength: TRUNKS,
  }),
  agents: fc.integer({ min: 0, max: 800 }),
  seconds: fc.integer({ min: 1, max: 400 }),
  byHand: fc.option(fc.uniqueArray(fc.constantFrom(...bases, 'other'), { minLength: 1, maxLength: 4 }), { freq: 6 }),
  isApproved: fc.boolean(),
});

const history = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  minimumTrunks: fc.integer({ min: 1, max: 4 }),
  maxCalls: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: TRUNKS, maxLength: TRUNKS }),
  onDrift: fc.constantFrom('report', 'adopt', 'restore'),
});

interface Seen {
  readonly world: SyncWorld;
  readonly decision: RoundDecision;
  readonly route: RouteDecision;
  readonly standing: readonly string[];
}

/** Plays a history, and looks at every round once its writes are made. */
function play(story: Story, look: (seen: Seen) => void): void {
  const policy = policyOf(TRUNKS, { onDrift: story.onDrift }, { minimumTrunks: story.minimumTrunks });
  const [site] = policy.sites;
  const [route] = site?.routes ?? [];
  if (!site || !route) throw new Error('a policy has a route');
  const trunks = route.trunks.map((each, at) => ({ ...each, maxCalls: story.maxCalls[at] ?? 1 }));
  const world = new SyncWorld({ ...policy, sites: [{ ...site, routes: [{ ...route, trunks }] }] });
  for (const { states, agents, seconds, byHand, isApproved } of story.steps) {
    world.agents = agents;
    world.trunks = bases.flatMap((base, at) => {
      const state = states[at] ?? 'up';
      return state === 'gone' ? [] : [trunk(base, changesOf[state])];
    });
    if (byHand) world.setRoute(byHand);
    world.nowMs += seconds * 1000;
    world.approved = isApproved ? world.decide().hash : null;
    const { decision } = world.round();
    const [decided] = decision.routes;
    if (decided) look({ world, decision, route: decided, standing: world.list() });
  }
}

interface Story {
  readonly steps: readonly {
    readonly states: readonly State[];
    readonly agents: number;
    readonly seconds: number;
    readonly byHand: readonly string[] | null;
    readonly isApproved: boolean;
  }[];
  readonly minimumTrunks: number;
  readonly maxCalls: readonly number[];
  readonly onDrift: string;
}

const healthOf = (route: RouteDecision, trunkBase: string): string | undefined =>
  route.trunks.find((each) => each.trunkBase === trunkBase)?.health;

const healthyOf = (route: RouteDecision): string[] =>
  route.trunks
    .filter(({ trunkBase, health }) => health === 'healthy' && bases.includes(trunkBase))
    .map((each) => each.trunkBase);

function always(check: (seen: Seen) => void): void {
  fc.assert(
    fc.property(history, (story) => play(story, check)),
    { seed: 6, numRuns: 40 },
  );
}

describe('the decided list, whatever happens', () => {
  it('has no unhealthy or unknown trunk while a healthy one can serve', () => {
    always(({ route }) => {
      if (healthyOf(route).length === 0) return;
      expect(route.trunkBases.filter((each) => healthOf(route, each) !== 'healthy')).toEqual([]);
    });
  });

  it('never falls below the minimum while enough are healthy, but where somebody made it so by hand', () => {
    always(({ world, route }) => {
      const minimum = world.policy.sites[0]?.routes[0]?.minimumTrunks ?? 0;
      const enough = Math.min(minimum, healthyOf(route).length, route.handMade?.trunkBases.length ?? minimum);
      expect(route.trunkBases.length).toBeGreaterThanOrEqual(enough);
    });
  });

  it('carries the calls wanted, or is all that is healthy', () => {
    always(({ route }) => {
      if (route.held === 'drift' || route.handMade || healthyOf(route).length === 0) return;
      if (route.callsCarried < route.callsWanted) expect([...route.trunkBases]).toEqual(healthyOf(route));
    });
  });

  it('has no trunk that could be left out at its end', () => {
    always(({ world, route }) => {
      const policy = world.policy.sites[0]?.routes[0];
      if (route.held === 'drift' || route.handMade || healthyOf(route).length === 0 || !policy) return;
      const last = policy.trunks.find(({ trunkBase }) => trunkBase === route.trunkBases.at(-1));
      const isNeeded = route.callsCarried - (last?.maxCalls ?? 0) < route.callsWanted;
      expect(isNeeded || route.trunkBases.length <= policy.minimumTrunks).toBe(true);
    });
  });

  it('is never empty, and names no trunk twice', () => {
    always(({ route, standing }) => {
      expect(route.trunkBases.length).toBeGreaterThan(0);
      expect(new Set(route.trunkBases).size).toBe(route.trunkBases.length);
      expect(standing.length).toBeGreaterThan(0);
    });
  });

  it('is the same for the same inputs', () => {
    always(({ world }) => {
      const question = { policy: world.policy, truth: world.truth(), memory: world.memory, nowMs: world.nowMs };
      const copy = JSON.parse(JSON.stringify(question)) as typeof question;
      expect(decideRound(copy)).toEqual(decideRound(question));
    });
  });

  it('changes only as the inputs do: another round, a second later, writes no route', () => {
    always(({ world, route }) => {
      if (route.trunks.some(({ health }) => health === 'holdDown')) return;
      const before = JSON.stringify([world.memory, world.routes, world.rows, world.lines, world.nowMs]);
      const again = world.round(1);
      expect(again.kinds.filter((kind) => kind.startsWith('route'))).toEqual([]);
      [world.memory, world.routes, world.rows, world.lines, world.nowMs] = JSON.parse(before) as [
        SyncWorld['memory'],
        SyncWorld['routes'],
        SyncWorld['rows'],
        number,
        number,
      ];
    });
  });

  it('does not depend on the order in which Genesys lists things', () => {
    always(({ world }) => {
      const truth = world.truth();
      const question = { policy: world.policy, truth, memory: world.memory, nowMs: world.nowMs };
      const turned = {
        ...truth,
        trunks: [...truth.trunks].reverse(),
        schedules: [...truth.schedules].reverse(),
        availability: [...truth.availability].reverse(),
      };
      expect(decideRound({ ...question, truth: turned })).toEqual(decideRound(question));
    });
  });
});

describe('the route itself, whatever happens', () => {
  it('is never changed while more than half of its trunks failed at once, unless that was approved', () => {
    always(({ world, route, standing }) => {
      if (route.held === 'massFailure' && world.approved === null) expect(standing).toEqual(route.found);
    });
  });

  it('loses its unhealthy trunks in the round that sees them, unless that is held', () => {
    always(({ route, standing }) => {
      if (route.held === 'massFailure' || route.held === 'nothingHealthy') return;
      expect(standing.filter((each) => healthOf(route, each) !== 'healthy')).toEqual([]);
    });
  });

  it('has each trunk’s role in its row once nothing is held', () => {
    always(({ world, route }) => {
      if (route.failedAtOnce.length > 0) return;
      for (const { trunkBase, role } of route.trunks.filter((each) => bases.includes(each.trunkBase)))
        expect(world.rows[trunkBase]).toMatchObject({ role });
    });
  });

  it('settles when everything is up and nobody touches it: as the policy prefers', () => {
    fc.assert(
      fc.property(history, (story) => {
        const seen: SyncWorld[] = [];
        play({ ...story, onDrift: 'restore' }, ({ world }) => seen.push(world));
        const [world] = seen;
        if (!world) return;
        world.trunks = bases.map((base) => trunk(base));
        world.agents = 1;
        world.approved = null;
        world.round(1);
        world.round(400);
        const minimum = story.minimumTrunks;
        expect(world.list()).toEqual(bases.slice(0, minimum));
        expect(world.round(60).kinds).toEqual([]);
        expect(world.decide().routes[0]).toMatchObject({ outboundRoute: ROUTE, held: null });
      }),
      { seed: 6, numRuns: 30 },
    );
  });
});
