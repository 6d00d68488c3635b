const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** One activity of an agent's published shift. Milliseconds since the epoch, half-open. */
export interface ScheduledActivity {
  readonly userId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly activityCodeId: string;
}

/** Whom a site counts, and at what. */
export interface CountedAgents {
  readonly activityCodes: ReadonlySet<string>;
  /** Null: everybody. */
  readonly users: ReadonlySet<string> | null;
}

/** The time of a schedule, in intervals that begin with it. Milliseconds since the epoch, half-open. */
export interface ScheduleTime {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMinutes: number;
}

/** Counts while activities are added, in any order. */
export interface AgentCount {
  add(activity: ScheduledActivity): void;
  /** Agents in each interval; beyond the schedule's end, as long as its last shifts go on. */
  agents(): number[];
}

/**
 * How many agents a schedule has at work for a site, interval by interval.
 *
 * An agent counts once in an interval, however many units, shifts or activities say so, and counts in each that a counted activity
 * touches. Instants alone matter: a day of 23 or 25 hours has so many intervals fewer or more. What a shift before the schedule's
 * start reaches into counts; one that goes on after its end counts for up to a day there, for where nothing else is published.
 */
export function agentsScheduled(time: ScheduleTime, counted: CountedAgents): AgentCount {
  const lengthMs = time.intervalMinutes * MINUTE_MS;
  const intervals = Math.ceil((time.toMs - time.fromMs) / lengthMs);
  const most = intervals + Math.ceil(DAY_MS / lengthMs);
  const busy = new Map<string, Uint8Array>();
  return {
    add({ userId, startMs, endMs, activityCodeId }) {
      if (!counted.activityCodes.has(activityCodeId) || counted.users?.has(userId) === false) return;
      const from = Math.max(0, Math.floor((startMs - time.fromMs) / lengthMs));
      const to = Math.min(most, Math.ceil((endMs - time.fromMs) / lengthMs));
      if (from >= to || startMs >= endMs) return;
      const marks = busy.get(userId) ?? new Uint8Array(most);
      busy.set(userId, marks.fill(1, from, to));
    },
    agents() {
      const agents = new Array<number>(most).fill(0);
      for (const marks of busy.values()) marks.forEach((mark, at) => (agents[at] = (agents[at] ?? 0) + mark));
      const last = agents.findLastIndex((count) => count > 0);
      return agents.slice(0, Math.max(intervals, last + 1));
    },
  };
}
