import { BudgetView, EMPTY_BUDGET, FamilyBudget } from '../domain/budget/budgetView.js';
import { GATE_NAMES } from '../domain/family.js';
import type { GenesysLog } from './genesysLog.js';
import type { SharedBudget } from './sharedBudget.js';

/** Longest that a call waits for the shared view: past it, what was known before holds. */
export const LONGEST_LOOK_MS = 150;
/** A look that was not answered for so long is not waited for: another is begun. */
const LOST_LOOK_MS = 5_000;

/** The shared view as this client sees it: never late, never thrown, and what was seen last while nothing newer is to be had. */
export interface BudgetWatch {
  /** Brings the view up to date, within 150 ms. Rejects never. */
  look(options?: { readonly fresh?: boolean }): Promise<void>;
  /** What was seen last. */
  latest(): BudgetView;
  /** Whether a look was answered in the last seconds. */
  isAlive(): boolean;
}

/** @param onChange told when gates, rates or jobs are others than before. */
export function createBudgetWatch(budget: SharedBudget, log: GenesysLog, onChange: () => void): BudgetWatch {
  let view = EMPTY_BUDGET;
  let seen: unknown = view;
  let answeredMs = Number.NEGATIVE_INFINITY;
  let asked: { readonly answer: Promise<void>; readonly atMs: number } | null = null;
  let complained = false;

  const take = (answer: unknown) => {
    answeredMs = performance.now();
    if (answer === seen) return;
    seen = answer;
    const { view: next, unreadable } = readableView(answer, view);
    if (unreadable !== null && !complained)
      log.warn({ at: unreadable }, 'the shared budget answered what cannot be read; what was known before holds');
    complained = unreadable !== null;
    const changed = JSON.stringify(next) !== JSON.stringify(view);
    view = next;
    if (changed) onChange();
  };

  const ask = (fresh: boolean) => {
    const answer = Promise.resolve()
      .then(() => budget.look({ fresh }))
      .then(take)
      .catch((error: unknown) => {
        log.debug({ error: error instanceof Error ? error.name : typeof error }, 'the shared budget did not answer');
      })
      .finally(() => {
        if (asked === mine) asked = null;
      });
    const mine = { answer, atMs: performance.now() };
    asked = mine;
    return mine;
  };

  return {
    async look({ fresh = false } = {}) {
      const under = asked !== null && performance.now() - asked.atMs < LOST_LOOK_MS && !fresh ? asked : ask(fresh);
      const leftMs = LONGEST_LOOK_MS - (performance.now() - under.atMs);
      if (leftMs > 0) await atMost(under.answer, leftMs);
    },
    latest: () => view,
    isAlive: () => performance.now() - answeredMs < LOST_LOOK_MS,
  };
}

async function atMost(answer: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([answer, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Each family by itself: where one cannot be read, what was known of it holds. Families that are not named have no bounds any more. */
function readableView(answer: unknown, before: BudgetView): { view: BudgetView; unreadable: string | null } {
  const whole = BudgetView.safeParse(answer);
  if (whole.success) return { view: whole.data, unreadable: null };
  const path = whole.error.issues[0]?.path.join('.') ?? '';
  const families = isRecord(answer) && isRecord(answer['families']) ? answer['families'] : null;
  if (!isRecord(answer) || families === null) return { view: before, unreadable: path };
  const { workers } = answer;
  const read: BudgetView['families'] = {};
  for (const name of GATE_NAMES) {
    const family = FamilyBudget.safeParse(families[name]);
    const known = family.success ? family.data : families[name] === undefined ? undefined : before.families[name];
    if (known !== undefined) read[name] = known;
  }
  const count = typeof workers === 'number' && Number.isSafeInteger(workers) && workers > 0 ? workers : before.workers;
  return { view: { v: 1, workers: count, families: read }, unreadable: path };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
