import type { StoredRound } from '../../custody/roundSeals.js';
import type { Drift, TrunkDecision } from '../../domain/sync/roundDecision.js';
import type { WrittenWrite } from '../../domain/sync/syncState.js';

/** A route's decision as it was sealed. */
type SealedRoute = StoredRound['seal']['routes'][number];

/** Rounds that are looked back through for when something became so. */
const ROUNDS_BACK = 500;

/** One route at a time, and where a trunk was asked for, that trunk in it. */
export interface ExplainedRoute {
  readonly outboundRoute: string;
  readonly name: string;
  /** The sealed round that was in force, and when it ended. */
  readonly round: number;
  readonly endedAt: string;
  readonly seal: string;
  readonly enabled: boolean;
  readonly decision: SealedRoute;
  readonly trunk: TrunkDecision | null;
  /** The round in which it became so: the trunk's role, or the route's list. Null where that is further back than the seals looked at. */
  readonly since: { readonly round: number; readonly endedAt: string; readonly why: string } | null;
  /** What that round wrote of it. */
  readonly writes: readonly WrittenWrite[];
  readonly drift: Drift | null;
}

export interface Explained {
  readonly asked: string;
  readonly routes: readonly ExplainedRoute[];
  /** Names of routes and trunks of the newest round, for who asked for one that is not there. */
  readonly known: readonly string[];
}

/**
 * What the newest of some sealed rounds decided of a trunk or route, by its name or id, and since when it was so.
 *
 * @param rounds the newest first.
 */
export async function explainedAt(rounds: AsyncIterable<StoredRound>, asked: string): Promise<Explained> {
  const found = new Map<string, ExplainedRoute>();
  const open = new Set<string>();
  let known: string[] = [];
  let looked = 0;
  for await (const stored of rounds) {
    if (looked++ === 0) known = namesIn(stored.seal.routes);
    if (looked > ROUNDS_BACK) break;
    for (const decision of stored.seal.routes) {
      const trunk = decision.trunks.find((one) => isCalled(asked, one.name, one.trunkBase)) ?? null;
      if (trunk === null && !isCalled(asked, decision.name, decision.outboundRoute)) continue;
      const before = found.get(decision.outboundRoute);
      if (!before) {
        found.set(decision.outboundRoute, explainedRoute(stored, decision, trunk));
        open.add(decision.outboundRoute);
      } else if (open.has(decision.outboundRoute)) {
        if (isSame(before, decision, trunk))
          found.set(decision.outboundRoute, { ...before, ...becameSo(stored, decision, trunk) });
        else open.delete(decision.outboundRoute);
      }
    }
    // The newest rounds may not know it yet or any more; once found, only when it became so is left to find.
    if (found.size > 0 && open.size === 0) break;
  }
  return { asked, routes: [...found.values()], known };
}

function explainedRoute(stored: StoredRound, decision: SealedRoute, trunk: TrunkDecision | null): ExplainedRoute {
  const { path, seal } = stored;
  const { outboundRoute, name } = decision;
  return {
    outboundRoute,
    name,
    round: seal.round,
    endedAt: seal.endedAt,
    seal: path,
    enabled: seal.enabled,
    decision,
    trunk,
    drift: seal.drift.find((drift) => drift.outboundRoute === outboundRoute) ?? null,
    ...becameSo(stored, decision, trunk),
  };
}

function becameSo(
  { seal }: StoredRound,
  decision: SealedRoute,
  trunk: TrunkDecision | null,
): Pick<ExplainedRoute, 'since' | 'writes'> {
  return {
    since: { round: seal.round, endedAt: seal.endedAt, why: trunk?.why ?? decision.why },
    writes: seal.writes.filter(({ id }) => id === decision.outboundRoute || id === trunk?.trunkBase),
  };
}

function isSame(now: ExplainedRoute, before: SealedRoute, trunk: TrunkDecision | null): boolean {
  if (now.trunk !== null) return trunk?.role === now.trunk.role && trunk.health === now.trunk.health;
  return now.decision.trunkBases.join() === before.trunkBases.join() && now.decision.held === before.held;
}

function isCalled(asked: string, name: string, id: string): boolean {
  return asked === id || asked.trim().toLowerCase() === name.trim().toLowerCase();
}

function namesIn(routes: readonly SealedRoute[]): string[] {
  return [...new Set(routes.flatMap(({ name, trunks }) => [name, ...trunks.map((trunk) => trunk.name)]))];
}
