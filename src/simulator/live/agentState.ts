import { PRESENCE_OF } from '../data/actualWork.js';
import type { ActivityCategory, ActivityCode } from '../data/activityCodes.js';
import type { Organisation } from '../data/organisation.js';
import { type Random, seededRandom } from '../data/seededRandom.js';
import type { RoutingStatus } from '../data/routingStatus.js';
import type { Unit } from '../data/unit.js';

/** What somebody is doing now, and what they are scheduled for. Instants are milliseconds since the epoch. */
export interface AgentState {
  readonly userId: string;
  readonly unit: Unit;
  readonly routingStatus: RoutingStatus;
  readonly routingSinceMs: number;
  readonly actualCategory: ActivityCategory;
  readonly systemPresence: string;
  readonly secondaryPresenceId: string | null;
  readonly presenceSinceMs: number;
  /** Null outside any shift. */
  readonly scheduled: ActivityCode | null;
  readonly adherenceSinceMs: number;
}

/** What a move changed. */
export interface AgentChange {
  readonly before: AgentState;
  readonly after: AgentState;
  readonly isRouting: boolean;
}

const ON_QUEUE_STATUSES: readonly RoutingStatus[] = [
  'IDLE',
  'IDLE',
  'INTERACTING',
  'INTERACTING',
  'COMMUNICATING',
  'NOT_RESPONDING',
];
const AWAY: readonly ActivityCategory[] = ['Break', 'Meal', 'Meeting', 'OffQueueWork', 'Training', 'Unavailable'];

/** How somebody begins. Pure: the same seed gives the same. */
export function firstState(organisation: Organisation, userId: string, unit: Unit, atMs: number): AgentState {
  const random = seededRandom(organisation.seed, 'live agent', userId);
  const category = random.chance(0.7) ? 'OnQueueWork' : random.pick(AWAY);
  return {
    userId,
    unit,
    routingStatus: category === 'OnQueueWork' ? random.pick(ON_QUEUE_STATUSES) : 'OFF_QUEUE',
    routingSinceMs: atMs,
    ...presence(organisation, category, random),
    presenceSinceMs: atMs,
    scheduled: random.chance(0.9) ? scheduledCode(unit, random.chance(0.8) ? category : 'OnQueueWork') : null,
    adherenceSinceMs: atMs,
  };
}

/** What somebody does next; something always changes. `atMs` is later than every instant of the state. */
export function movedState(organisation: Organisation, state: AgentState, random: Random, atMs: number): AgentState {
  const isOnQueue = state.actualCategory === 'OnQueueWork';
  const draw = random.next();
  if (isOnQueue && draw < 0.7)
    return withRouting(state, anotherOf(ON_QUEUE_STATUSES, state.routingStatus, random), atMs);
  if (draw < 0.92) {
    const category = !isOnQueue && random.chance(0.6) ? 'OnQueueWork' : anotherOf(AWAY, state.actualCategory, random);
    const doing = { ...state, ...presence(organisation, category, random), presenceSinceMs: atMs };
    const status = category === 'OnQueueWork' ? 'IDLE' : 'OFF_QUEUE';
    return judgedAnew(state, status === state.routingStatus ? doing : withRouting(doing, status, atMs), atMs);
  }
  const scheduled =
    state.scheduled && random.chance(0.2)
      ? null
      : scheduledCode(state.unit, anotherOf(['OnQueueWork', ...AWAY], state.scheduled?.category, random));
  return judgedAnew(state, { ...state, scheduled }, atMs);
}

/**
 * Another routing status. The time of the presence follows it, because that is documented as the beginning of the "current
 * status"; whether Genesys does so is a guess.
 */
export function withRouting(state: AgentState, routingStatus: RoutingStatus, atMs: number): AgentState {
  return { ...state, routingStatus, routingSinceMs: atMs, presenceSinceMs: atMs };
}

/** `InAdherence`, `OutOfAdherence` or `Unscheduled`. */
export function adherenceStateOf({ scheduled, actualCategory }: AgentState): string {
  if (!scheduled) return 'Unscheduled';
  return scheduled.category === actualCategory ? 'InAdherence' : 'OutOfAdherence';
}

/** As in history: positive where somebody works who need not, negative where they should and do not. */
export function impactOf({ scheduled, actualCategory }: AgentState): string {
  if (!scheduled || scheduled.category === actualCategory) return 'Neutral';
  if (actualCategory === 'OnQueueWork') return 'Positive';
  return scheduled.category === 'OnQueueWork' ? 'Negative' : 'Neutral';
}

function judgedAnew(before: AgentState, after: AgentState, atMs: number): AgentState {
  const isSame = adherenceStateOf(before) === adherenceStateOf(after) && before.scheduled === after.scheduled;
  return isSame ? after : { ...after, adherenceSinceMs: atMs };
}

function presence(
  organisation: Organisation,
  actualCategory: ActivityCategory,
  random: Random,
): Pick<AgentState, 'actualCategory' | 'systemPresence' | 'secondaryPresenceId'> {
  const systemPresence = PRESENCE_OF[actualCategory];
  const own = organisation.presences[systemPresence] ?? [];
  return { actualCategory, systemPresence, secondaryPresenceId: random.chance(0.7) ? random.pick(own) : null };
}

function scheduledCode(unit: Unit, category: ActivityCategory): ActivityCode | null {
  return unit.activityCodes.find((code) => code.category === category && code.isDefault) ?? null;
}

function anotherOf<T>(choices: readonly T[], now: T | undefined, random: Random): T {
  return random.pick(choices.filter((choice) => choice !== now));
}
