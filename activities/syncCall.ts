import { isFailure } from '../src/domain/failure.js';
import type { Lane } from '../src/domain/lane.js';
import type { GatedAnswer } from '../src/domain/sync/gatedAnswer.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { ActivityDeps } from './deps.js';
import { type Beat, step } from './step.js';

/** Which sync an activity works for. */
export interface OfSync {
  /** Null before the sync knows: the worker's then. */
  readonly organisationId: string | null;
  /** Workflow id of the sync. */
  readonly syncId: string;
}

/** One API call of a round. */
export interface SyncCall extends OfSync {
  readonly lane: Lane;
}

/** Instant of the next try where a refusal named none: soon, because the client knows no gate either. */
const UNTOLD_MS = 3000;

/** Runs one call in the round's lane; a gate that it meets is its answer. Other failures as every step's. */
export async function syncCall<T>(
  deps: ActivityDeps,
  { organisationId, syncId, lane }: SyncCall,
  call: (genesys: GenesysClient, beat: Beat<{ v: 1; bytes: number }>) => Promise<T>,
): Promise<GatedAnswer<T>> {
  const whose = { organisationId, exportId: syncId, lane };
  return await step<GatedAnswer<T>, { v: 1; bytes: number }>(deps, whose, async (beat) => {
    try {
      return { value: await call(deps.genesys.inLane(lane), beat) };
    } catch (error) {
      if (!isFailure(error, 'Throttled')) throw error;
      const { family = 'token', retryAtMs } = error.facts;
      const untilMs = Math.ceil(retryAtMs ?? deps.now().getTime() + UNTOLD_MS);
      return { gate: { family, untilMs, why: error.message.slice(0, 300) } };
    }
  });
}
