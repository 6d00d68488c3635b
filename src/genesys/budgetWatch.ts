import { z } from 'zod';
import { type BudgetView, EMPTY_BUDGET, FamilyBudget } from '../domain/budget/budgetView.js';
import { GATE_NAMES } from '../domain/family.js';
import type { GenesysLog } from './genesysLog.js';
import type { SharedBudget } from './sharedBudget.js';

/** Keepers of other versions may say more than is read here. */
const ReadableFamily = z.object(FamilyBudget.shape);

/** Longest that a call waits for the shared view: past it, what was known before holds. */
export const LONGEST_LOOK_MS = 150;
/** The same for one that has not looked for two seconds: what it knew may be older than a gate, and it was in no hurry. */
const LONGEST_FIRST_LOOK_MS = 500;
const IDLE_AFTER_MS = 2_000;
/** A look that was not answered for so long is not waited for: another is begun. */
const LOST_LOOK_MS = 5_000;

/** The shared view as this client sees it: never late, never thrown, and what was seen last while nothing newer is to be had. */
export interface BudgetWatch {
  /** Brings the view up to date, within 150 ms unless told, or half a second after two without a look. Rejects never. */
  look(options?: { readonly fresh?: boolean; readonly withinMs?: number }): Promise<void>;
  /** What was seen last. */
  latest(): BudgetView;
}

/** @param onChange told when gates, rates or jobs are others than before. */
export function createBudgetWatch(budget: SharedBudget, log: GenesysLog, onChange: () => void): BudgetWatch {
  let view = EMPTY_BUDGET;
  let seen: unknown = view;
  let asked: { readonly answer: Promise<void>; readonly atMs: number } | null = null;
  let complained = false;
  let lookedMs = Number.NEGATIVE_INFINITY;

  const take = (answer: unknown) => {
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
        const name = error instanceof Error ? error.name : typeof error;
        log.debug({ error: name }, 'the shared budget did not answer');
      })
      .finally(() => {
        if (asked === mine) asked = null;
      });
    const mine = { answer, atMs: performance.now() };
    asked = mine;
    return mine;
  };

  return {
    async look({ fresh = false, withinMs } = {}) {
      const nowMs = performance.now();
      const longestMs = nowMs - lookedMs > IDLE_AFTER_MS ? LONGEST_FIRST_LOOK_MS : LONGEST_LOOK_MS;
      lookedMs = nowMs;
      const under = asked !== null && performance.now() - asked.atMs < LOST_LOOK_MS && !fresh ? asked : ask(fresh);
      const leftMs = (withinMs ?? longestMs) - (performance.now() - under.atMs);
      if (leftMs > 0) await atMost(under.answer, leftMs);
    },
    latest: () => view,
  };
}

async function atMost(answer: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([answer, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Each family by itself: where one cannot be read, what was known of it holds. One that is not named has no bounds any more. */
function readableView(answer: unknown, before: BudgetView): { view: BudgetView; unreadable: string | null } {
  const families = isRecord(answer) ? answer['families'] : null;
  if (!isRecord(answer) || !isRecord(families)) return { view: before, unreadable: 'families' };
  const { workers } = answer;
  const read: BudgetView['families'] = {};
  let unreadable: string | null = null;
  for (const name of GATE_NAMES) {
    if (families[name] === undefined) continue;
    const family = ReadableFamily.safeParse(families[name]);
    if (!family.success) unreadable = `families.${name}.${family.error.issues[0]?.path.join('.') ?? ''}`;
    const known = family.success ? family.data : before.families[name];
    if (known !== undefined) read[name] = known;
  }
  const isCount = typeof workers === 'number' && Number.isSafeInteger(workers) && workers >= 0;
  return { view: { ...before, workers: isCount ? workers : before.workers, families: read }, unreadable };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
