import type { Organisation } from '../data/organisation.js';
import { presentUnit } from '../data/people.js';
import { seededRandom } from '../data/seededRandom.js';
import { type AgentChange, type AgentState, firstState, movedState } from './agentState.js';
import type { LiveSettings } from './liveSettings.js';

/** Most moves that are made up for at once: who looks after days sees a state as true as any. */
const MOVES_AT_ONCE = 100_000;

/**
 * What every present agent is doing now. It moves by seed, at a rate, as time goes by: the same seed and number of moves always
 * give the same states, whenever they were made.
 */
export class LiveAgents {
  readonly #timesKept: number;
  readonly #states = new Map<string, AgentState>();
  readonly #left = new Map<string, AgentState>();
  #moves = 0;
  #eventsPerSecond: number;
  #movedAtMs: number;
  /** Events that are due; less than none after a move that made two. */
  #due = 0;
  /** Told of each change. */
  onChange: (change: AgentChange) => void = () => undefined;

  constructor(
    private readonly organisation: Organisation,
    settings: LiveSettings,
    private readonly now: () => number,
  ) {
    const startedMs = now();
    this.#eventsPerSecond = settings.eventsPerSecond;
    this.#timesKept = settings.timesKept;
    this.#movedAtMs = startedMs;
    for (const person of organisation.people) {
      const unit = presentUnit(person, startedMs / 1000);
      if (unit) this.#states.set(person.id, firstState(organisation, person.id, unit, startedMs));
    }
  }

  get moves(): number {
    return this.#moves;
  }

  get eventsPerSecond(): number {
    return this.#eventsPerSecond;
  }

  set eventsPerSecond(rate: number) {
    this.catchUp();
    this.#eventsPerSecond = rate;
    this.#due = 0;
  }

  /** Undefined where nobody of the id works here now. */
  of(userId: string): AgentState | undefined {
    return this.#states.get(userId);
  }

  /** As a user of the organisation, which somebody who was taken out of their unit still is. Undefined where nobody of the id is one now. */
  asUser(userId: string): AgentState | undefined {
    return this.#states.get(userId) ?? this.#left.get(userId);
  }

  all(): readonly AgentState[] {
    return [...this.#states.values()];
  }

  /** Makes the moves that are due by now. */
  catchUp(): void {
    const nowMs = this.now();
    this.#due += ((nowMs - this.#movedAtMs) / 1000) * this.#eventsPerSecond;
    this.#movedAtMs = nowMs;
    this.#due = Math.min(this.#due, MOVES_AT_ONCE);
    while (this.#due >= 1) this.#due -= this.move();
  }

  /** Lets one agent do something else, now. @returns how many events that makes. */
  move(): number {
    const random = seededRandom(this.organisation.seed, 'live move', ++this.#moves);
    const userIds = [...this.#states.keys()];
    if (userIds.length === 0) return 1;
    const before = this.#states.get(random.pick(userIds));
    if (!before) return 1;
    return this.change(before.userId, (state, atMs) => {
      const after = movedState(this.organisation, state, random, atMs);
      const isOnlyRouting =
        after.routingStatus !== state.routingStatus && after.actualCategory === state.actualCategory;
      const keepsTimes = isOnlyRouting && this.#timesKept > 0 && random.chance(this.#timesKept);
      return keepsTimes ? { ...after, presenceSinceMs: state.presenceSinceMs } : after;
    });
  }

  /**
   * Changes what one agent does.
   *
   * @returns how many events that makes: one, or two where the routing status changed.
   * @throws RangeError where nobody of the id works here now.
   */
  change(userId: string, changed: (state: AgentState, atMs: number) => AgentState): number {
    const before = this.#states.get(userId);
    if (!before) throw new RangeError(`no user of the id ${userId} works here now`);
    // Two changes of one agent never carry the same instant.
    const lastMs = Math.max(before.routingSinceMs, before.presenceSinceMs, before.adherenceSinceMs);
    const after = changed(before, Math.max(this.now(), lastMs + 1));
    this.#states.set(userId, after);
    const isRouting = after.routingStatus !== before.routingStatus;
    this.onChange({ before, after, isRouting });
    return isRouting ? 2 : 1;
  }

  /** Takes somebody out of their unit. @throws RangeError where nobody of the id works here now. */
  leave(userId: string): AgentState {
    const state = this.#states.get(userId);
    if (!state) throw new RangeError(`no user of the id ${userId} works here now`);
    this.#states.delete(userId);
    this.#left.set(userId, state);
    return state;
  }

  /** Whether somebody was taken out of their unit. */
  hasLeft(userId: string): boolean {
    return this.#left.has(userId);
  }

  /** Takes somebody who left back, as they were. @throws RangeError where nobody of the id has left. */
  comeBack(userId: string): void {
    const state = this.#left.get(userId);
    if (!state) throw new RangeError(`no user of the id ${userId} has left`);
    this.#left.delete(userId);
    this.#states.set(userId, state);
  }
}
