import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import type { GateName } from '../../src/domain/family.js';

const LOOK_EVERY_MS = 250;

/** The instants until which a gate was seen closed. */
interface SeenGates {
  stop(): Promise<readonly number[]>;
}

/** Looks at the keeper's view again and again, as workers do. */
export function watchGates(keeper: WorkflowHandle, gate: GateName): SeenGates {
  const untilMs = new Set<number>();
  let going = true;
  const watch = async (): Promise<void> => {
    while (going) {
      const view = await keeper.query<BudgetView>('budget').catch(() => null);
      const closed = view?.families[gate]?.gate;
      if (closed) untilMs.add(closed.untilMs);
      await sleep(LOOK_EVERY_MS);
    }
  };
  const watching = watch();
  return {
    async stop() {
      going = false;
      await watching;
      return [...untilMs];
    },
  };
}
