import type { TrunkHealth } from './roundDecision.js';
import type { TrunkMemory } from './syncMemory.js';
import type { TrunkFact } from './syncFacts.js';

/** How a trunk base is, and what says so. Instants are ISO 8601 UTC. */
export interface BaseHealth {
  readonly trunkBase: string;
  readonly name: string;
  readonly health: TrunkHealth;
  readonly since: string;
  /** What is wrong, such as `OPTIONS down`; empty where nothing is. */
  readonly trouble: string;
  /** Whether nothing but the connection vouches for it: Genesys sends that trunk no OPTIONS. */
  readonly lowConfidence: boolean;
  readonly connections: Readonly<Record<string, string | null>>;
}

/**
 * Health of one trunk base, from its trunks (one for each edge) and from what was seen of it before.
 *
 * Up is a base with any active, enabled trunk that is connected and, where OPTIONS says anything, has a proxy that answers. One
 * that was down, whether a round saw that or only Genesys did (all its connections are new ones), is in hold-down until it was up
 * for `holdDownSeconds`. At first contact what is up is healthy: nothing says that it was down.
 *
 * Source: genesys-cloud.md 1.7; `inService` is configuration, not health.
 */
export function baseHealth(question: {
  readonly trunkBase: string;
  readonly carrier: string;
  readonly trunks: readonly TrunkFact[];
  readonly memory: TrunkMemory | undefined;
  readonly holdDownSeconds: number;
  readonly nowMs: number;
}): BaseHealth {
  const { trunkBase, memory, nowMs } = question;
  const trunks = question.trunks
    .filter((trunk) => trunk.trunkBaseId === trunkBase && trunk.state !== 'deleted')
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const name = trunks[0]?.name ?? memory?.name ?? `${question.carrier} ${trunkBase}`.trim();
  const up = trunks.filter((trunk) => troubleOf(trunk) === '');
  if (up.length > 0) return { trunkBase, name, trouble: '', ...upHealth(up, question) };
  const health: TrunkHealth = trunks.length === 0 ? 'unknown' : 'unhealthy';
  const trouble = trunks[0] === undefined ? 'no such trunk in Genesys' : troubleOf(trunks[0]);
  const seen = memory?.health === health ? memory.since : isoOf(nowMs);
  const said = memory?.health === health ? null : downSince(trunks, nowMs);
  return { trunkBase, name, health, since: said ?? seen, trouble, lowConfidence: false, connections: {} };
}

function upHealth(
  up: readonly TrunkFact[],
  { memory, holdDownSeconds, nowMs }: { memory: TrunkMemory | undefined; holdDownSeconds: number; nowMs: number },
): Pick<BaseHealth, 'health' | 'since' | 'lowConfidence' | 'connections'> {
  const connections = Object.fromEntries(up.map((trunk) => [trunk.id, trunk.connectedAt]));
  const lowConfidence = up.every((trunk) => !vouchedFor(trunk));
  const saidMs = Math.min(...up.map(upSinceMs));
  const isSame = up.some((trunk) => memory?.connections[trunk.id] === trunk.connectedAt);
  const sinceMs = upSince(memory, saidMs, isSame, nowMs);
  const wasDown = memory !== undefined && !(memory.health === 'healthy' && isSame);
  const isHeld = wasDown && nowMs < sinceMs + holdDownSeconds * 1000;
  return { health: isHeld ? 'holdDown' : 'healthy', since: isoOf(sinceMs), lowConfidence, connections };
}

/**
 * Since when a base is up: as remembered while it stays up; else as Genesys says, where that is later than what was last seen of
 * it. Where Genesys's instant is older than the trouble (or absent), the trouble was another one: it is up since this round.
 */
function upSince(memory: TrunkMemory | undefined, saidMs: number, isSame: boolean, nowMs: number): number {
  const known = Number.isFinite(saidMs) && saidMs <= nowMs ? saidMs : nowMs;
  if (memory === undefined) return known;
  const rememberedMs = Date.parse(memory.since);
  const wasUp = memory.health === 'healthy' || memory.health === 'holdDown';
  if (wasUp && isSame) return rememberedMs;
  return known > rememberedMs ? known : nowMs;
}

/** What is wrong with one trunk, in words; empty where it is up. */
function troubleOf(trunk: TrunkFact): string {
  if (trunk.state === 'inactive') return 'inactive';
  if (trunk.enabled === false) return 'disabled';
  if (trunk.connected === false) return 'not connected';
  if (vouchedFor(trunk)) return trunk.options.some(({ up }) => up) ? '' : 'OPTIONS down';
  return trunk.connected === true ? '' : 'its connection unknown';
}

function vouchedFor(trunk: TrunkFact): boolean {
  return trunk.optionsEnabled && trunk.options.length > 0;
}

function upSinceMs(trunk: TrunkFact): number {
  const answering = vouchedFor(trunk) ? trunk.options.filter(({ up }) => up).map(({ at }) => parsed(at)) : [];
  return Math.max(parsed(trunk.connectedAt), answering.length > 0 ? Math.min(...answering) : Number.NEGATIVE_INFINITY);
}

/** When the last of its trunks went down, as Genesys says; null where it does not, or says a time to come. */
function downSince(trunks: readonly TrunkFact[], nowMs: number): string | null {
  const said = trunks.map((trunk) => {
    if (trunk.state === 'inactive' || trunk.enabled === false) return Number.NaN;
    if (trunk.connected === false) return parsed(trunk.connectedAt);
    return Math.max(...trunk.options.map(({ at }) => parsed(at)));
  });
  const lastMs = Math.max(...said);
  return Number.isFinite(lastMs) && lastMs <= nowMs ? isoOf(lastMs) : null;
}

function parsed(instant: string | null): number {
  const ms = instant === null ? Number.NaN : Date.parse(instant);
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
