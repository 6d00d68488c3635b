import type { DayState } from './seal.js';

/** What a result holds for one local day of one unit. `agents` counts distinct users. */
export interface DayContent {
  readonly rows: number;
  readonly agents: number;
}

/** What the warehouse holds for the day. */
export interface ExistingDay extends DayContent {
  readonly state: DayState;
  /** When the rows that stand were asked of Genesys; null where nothing was loaded. */
  readonly requestedAt: string | null;
  readonly reason?: string | null;
}

export interface DayQuestion {
  readonly staged: DayContent;
  /** Null where coverage has no such day. */
  readonly existing: ExistingDay | null;
  /** When the staged result was asked of Genesys. */
  readonly requestedAt: string;
  /** Whether Genesys may still restate the day. */
  readonly provisional: boolean;
  /** Load even what `Shrunk` holds back. */
  readonly force: boolean;
  /** A reason that is no failure, for `coverage.reason` when the result is loaded, such as `PresentUsersOnly`. */
  readonly note?: string | null;
}

/** What becomes of one local day: the rows, and its line in `coverage`. */
export interface DayDecision {
  readonly action: 'replace' | 'keep';
  /** Why what the warehouse has stays; null when it is replaced. */
  readonly kept: 'Shrunk' | 'Older' | null;
  readonly state: DayState;
  readonly reason: string | null;
  /** When the rows that stand after this were asked of Genesys. */
  readonly requestedAt: string;
}

/** States of a day for which an answer of Genesys was loaded once. */
const ANSWERED: readonly DayState[] = ['loaded', 'empty', 'provisional'];

/**
 * Whether a result replaces what the warehouse has for one local day.
 *
 * - An older answer never replaces a newer one (`Older`), forced or not. The day stays as it is, its reason too. Asked for at the
 *   same instant means the same load once more: it replaces, so that twice is the same as once.
 * - A result without rows, or with fewer agents, for a day that had them is kept out (`Shrunk`) unless forced, whatever the
 *   day's age: a load never makes the warehouse poorer by itself. The day keeps rows and state, and the reason is `Shrunk`.
 * - Otherwise the result replaces: `provisional` while Genesys may restate the day, else `loaded`, or `empty` without rows.
 *
 * Days that are pending or failed have no answer that a result could be older than.
 */
export function dayDecision(question: DayQuestion): DayDecision {
  const { existing, staged, requestedAt } = question;
  if (existing && isOlder(requestedAt, existing))
    return keep('Older', existing, existing.reason ?? null, question.requestedAt);
  if (existing && !question.force && isPoorer(staged, existing)) return keep('Shrunk', existing, 'Shrunk', requestedAt);
  return { action: 'replace', kept: null, state: stateOf(question), reason: question.note ?? null, requestedAt };
}

function stateOf({ staged, provisional }: DayQuestion): DayState {
  if (provisional) return 'provisional';
  return staged.rows > 0 ? 'loaded' : 'empty';
}

function isOlder(requestedAt: string, existing: ExistingDay): boolean {
  if (existing.requestedAt === null || !ANSWERED.includes(existing.state)) return false;
  return Date.parse(requestedAt) < Date.parse(existing.requestedAt);
}

function isPoorer(staged: DayContent, existing: DayContent): boolean {
  return existing.rows > 0 && (staged.rows === 0 || staged.agents < existing.agents);
}

function keep(
  kept: 'Shrunk' | 'Older',
  existing: ExistingDay,
  reason: string | null,
  requestedAt: string,
): DayDecision {
  return { action: 'keep', kept, state: existing.state, reason, requestedAt: existing.requestedAt ?? requestedAt };
}
