import { schedulesNear } from './schedulesMoved.js';
import type { SyncPolicy } from './syncPolicy.js';
import type { AvailabilityFact, SyncTruth } from './syncFacts.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How many agents a site is routed for now. */
export interface AgentsNow {
  readonly agents: number;
  /** Published schedule that says so; null where none covers the instant, or none was read that does. */
  readonly schedule: { readonly id: string; readonly version: number } | null;
  /** Whether a published schedule may cover the instant whose shifts could not be read yet: then the agents are unknown, not none. */
  readonly isUnread: boolean;
  /** Whether the interval that comes wants more than the one that is running. */
  readonly ahead: boolean;
  /** Until when the schedule asks for the same, ISO 8601 UTC: about a day ahead at most. */
  readonly until: string;
}

/**
 * Agents of a site for a round: those of the interval that is running or, where it begins within the time of a round and has more,
 * those of the one that comes. Trunks so join before they are needed, and leave once they are not.
 *
 * Only schedules that are published at this moment count: a snapshot of one that no longer is says nothing. Where two cover the
 * instant, the one whose week began later does.
 */
export function agentsAt(
  policy: Pick<SyncPolicy, 'everyMinutes'>,
  site: { readonly site: string; readonly businessUnit: string },
  truth: Pick<SyncTruth, 'schedules' | 'availability'>,
  nowMs: number,
): AgentsNow {
  const facts = published(site, truth);
  const running = intervalAt(facts, nowMs);
  if (!running) {
    const isUnread = schedulesNear(truth.schedules, nowMs).some(
      ({ businessUnitId, id }) => businessUnitId === site.businessUnit && facts.every((fact) => fact.scheduleId !== id),
    );
    return { agents: 0, schedule: null, isUnread, ahead: false, until: isoOf(hourOf(nowMs) + DAY_MS) };
  }
  const coming = intervalAt(facts, running.endMs);
  const ahead =
    coming !== null && running.endMs - nowMs <= policy.everyMinutes * MINUTE_MS && coming.agents > running.agents;
  const chosen = ahead ? coming : running;
  return {
    agents: chosen.agents,
    schedule: { id: chosen.fact.scheduleId, version: chosen.fact.scheduleVersion },
    isUnread: false,
    ahead,
    until: isoOf(endOfRun(facts, chosen)),
  };
}

interface Interval {
  readonly fact: AvailabilityFact;
  readonly agents: number;
  readonly endMs: number;
}

function published(
  site: { readonly site: string; readonly businessUnit: string },
  truth: Pick<SyncTruth, 'schedules' | 'availability'>,
): AvailabilityFact[] {
  const ids = new Set(truth.schedules.filter((each) => each.businessUnitId === site.businessUnit).map(({ id }) => id));
  return truth.availability
    .filter((fact) => fact.siteId === site.site && ids.has(fact.scheduleId))
    .sort(
      (one, other) => Date.parse(other.from) - Date.parse(one.from) || (one.scheduleId < other.scheduleId ? -1 : 1),
    );
}

function intervalAt(facts: readonly AvailabilityFact[], atMs: number): Interval | null {
  for (const fact of facts) {
    const fromMs = Date.parse(fact.from);
    const lengthMs = fact.intervalMinutes * MINUTE_MS;
    const at = Math.floor((atMs - fromMs) / lengthMs);
    const agents = fact.agents[at];
    if (agents !== undefined) return { fact, agents, endMs: fromMs + (at + 1) * lengthMs };
  }
  return null;
}

function endOfRun(facts: readonly AvailabilityFact[], from: Interval): number {
  let last = from;
  const limitMs = from.endMs + DAY_MS;
  while (last.endMs < limitMs) {
    const next = intervalAt(facts, last.endMs);
    if (next === null || next.agents !== from.agents || next.fact.scheduleId !== from.fact.scheduleId) break;
    last = next;
  }
  return last.endMs;
}

function hourOf(ms: number): number {
  return Math.floor(ms / (60 * MINUTE_MS)) * 60 * MINUTE_MS;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
