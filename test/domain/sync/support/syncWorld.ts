import { emptyMemory, type SyncMemory } from '../../../../src/domain/sync/syncMemory.js';
import { decideRound } from '../../../../src/domain/sync/decideRound.js';
import { remembered } from '../../../../src/domain/sync/remembered.js';
import type { RoundDecision, RoundWrites } from '../../../../src/domain/sync/roundDecision.js';
import { roundWrites } from '../../../../src/domain/sync/roundWrites.js';
import { SyncPolicy } from '../../../../src/domain/sync/syncPolicy.js';
import type { MetadataRow, RouteFact, SyncTruth, TrunkFact } from '../../../../src/domain/sync/syncFacts.js';
import type { WrittenWrite } from '../../../../src/domain/sync/syncState.js';

/** Monday 2026-03-02, 14:02 UTC: the start of every world. */
export const START_MS = Date.parse('2026-03-02T14:02:00Z');

export const SITE = 'site-1';
export const UNIT = 'unit-1';
export const ROUTE = 'route-1';

/** A policy of one site with one route over trunk bases `t1`, `t2`…, each carrying 100 calls, one call for each agent. */
export function policyOf(
  trunks = 4,
  changes: Record<string, unknown> = {},
  route: Record<string, unknown> = {},
): SyncPolicy {
  const carriers = ['SingTel', 'StarHub', 'M1'];
  return SyncPolicy.parse({
    metadataTable: 'table-1',
    sites: [
      {
        site: SITE,
        businessUnit: UNIT,
        routes: [
          {
            outboundRoute: ROUTE,
            callsPerAgent: 1,
            minimumTrunks: 1,
            trunks: Array.from({ length: trunks }, (_, at) => ({
              trunkBase: `t${at + 1}`,
              carrier: carriers[at % carriers.length],
              maxCalls: 100,
            })),
            ...route,
          },
        ],
        campaigns: [{ campaign: 'campaign-1', linesPerAgent: 1.2 }],
      },
    ],
    ...changes,
  });
}

/** A trunk that is up since an hour before the start. */
export function trunk(trunkBaseId: string, changes: Partial<TrunkFact> = {}): TrunkFact {
  return {
    id: `trunk-${trunkBaseId}`,
    trunkBaseId,
    name: `Line ${trunkBaseId}`,
    state: 'active',
    inService: true,
    enabled: true,
    connected: true,
    connectedAt: '2026-03-02T13:02:00.000Z',
    optionsEnabled: true,
    options: [{ proxy: '192.0.2.1', up: true, at: '2026-03-02T13:02:00.000Z' }],
    ...changes,
  };
}

/** One organisation that the sync works on by its pure decisions alone: what a round sends is what there is in the next. */
export class SyncWorld {
  nowMs = START_MS;
  memory: SyncMemory = emptyMemory();
  enabled = true;
  approved: string | null = null;
  agents = 150;
  trunks: TrunkFact[];
  routes: RouteFact[];
  rows: Record<string, MetadataRow | null> = {};
  lines = 0;
  schedules: SyncTruth['schedules'] = [
    { businessUnitId: UNIT, id: 'schedule-1', weekDate: '2026-03-02', weekCount: 1, version: 3 },
  ];
  /** Whether the shifts of its schedules can be read. */
  isReadable = true;
  isManaged = false;
  /** Writes of the last round that failed, by id. */
  failing = new Set<string>();

  constructor(public policy: SyncPolicy = policyOf()) {
    const bases = policy.sites.flatMap((site) => site.routes.flatMap((route) => route.trunks));
    this.trunks = [...new Set(bases.map(({ trunkBase }) => trunkBase))].map((each) => trunk(each));
    this.routes = policy.sites.flatMap((site) =>
      site.routes.map((route) => ({
        id: route.outboundRoute,
        siteId: site.site,
        name: `Route ${route.outboundRoute}`,
        version: 1,
        enabled: true,
        distribution: 'SEQUENTIAL' as const,
        trunkBaseIds: route.trunks.slice(0, 2).map(({ trunkBase }) => trunkBase),
      })),
    );
  }

  truth(): SyncTruth {
    return {
      readAt: new Date(this.nowMs).toISOString(),
      sites: this.policy.sites.map(({ site }) => ({ id: site, name: `Site ${site}`, managed: this.isManaged })),
      routes: this.routes,
      trunks: this.trunks,
      schedules: this.schedules,
      availability: this.isReadable
        ? this.policy.sites.map(({ site }) => ({
            siteId: site,
            scheduleId: 'schedule-1',
            scheduleVersion: 3,
            from: '2026-03-02T00:00:00.000Z',
            intervalMinutes: 15,
            agents: Array.from({ length: 672 }, () => this.agents),
            landing: 'landing',
          }))
        : [],
      rows: this.rows,
      campaigns: [{ id: 'campaign-1', name: 'Campaign', version: 1, status: 'on', lineCount: this.lines }],
    };
  }

  /** Decides a round without writing or remembering it. */
  decide(): RoundDecision {
    return decideRound({ policy: this.policy, truth: this.truth(), memory: this.memory, nowMs: this.nowMs });
  }

  /** A whole round, `seconds` after the last. */
  round(seconds = 0): { decision: RoundDecision; writes: RoundWrites; kinds: string[] } {
    this.nowMs += seconds * 1000;
    const truth = this.truth();
    const question = { policy: this.policy, truth, memory: this.memory, nowMs: this.nowMs };
    const decision = decideRound(question);
    const writes = roundWrites({ ...question, decision, enabled: this.enabled, approved: this.approved });
    const written = writes.send.map((write): WrittenWrite => {
      const hasFailed = this.failing.has(write.id);
      if (!hasFailed) this.apply(write);
      return {
        kind: write.kind,
        id: write.id,
        outcome: hasFailed ? 'failed' : 'written',
        before: write.before,
        after: write.after,
        at: new Date(this.nowMs).toISOString(),
        why: write.why,
        problem: null,
        correlationId: null,
      };
    });
    this.memory = remembered({ ...question, decision, writes, written, enabled: this.enabled });
    return { decision, writes, kinds: writes.send.map(({ kind, id }) => `${kind} ${id}`) };
  }

  apply(write: RoundWrites['send'][number]): void {
    if (write.kind === 'route') this.setRoute(write.after, write.id);
    if (write.kind === 'row') this.rows = { ...this.rows, [write.id]: write.after };
    if (write.kind === 'campaign') this.lines = write.after;
  }

  setRoute(trunkBaseIds: readonly string[], id = ROUTE): void {
    this.routes = this.routes.map((route) =>
      route.id === id ? { ...route, trunkBaseIds, version: route.version + 1 } : route,
    );
  }

  list(id = ROUTE): readonly string[] {
    return this.routes.find((route) => route.id === id)?.trunkBaseIds ?? [];
  }

  down(...trunkBases: string[]): void {
    this.set(trunkBases, { connected: false, connectedAt: new Date(this.nowMs).toISOString() });
  }

  up(...trunkBases: string[]): void {
    this.set(trunkBases, { connected: true, connectedAt: new Date(this.nowMs).toISOString() });
  }

  set(trunkBases: readonly string[], changes: Partial<TrunkFact>): void {
    this.trunks = this.trunks.map((each) => (trunkBases.includes(each.trunkBaseId) ? { ...each, ...changes } : each));
  }
}
