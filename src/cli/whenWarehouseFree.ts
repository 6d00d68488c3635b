import { isFailure } from '../domain/failure.js';

/** How long to wait for a worker to let go of the warehouse: it does so a few seconds after its last load. */
const WAIT_FOR_WAREHOUSE_MS = 15_000;

/**
 * Runs what needs the warehouse, again where another process holds it and may let go soon.
 *
 * @param use told a function to call once it has the warehouse: what blocks it then is not waited for.
 * @param say told what is waited for.
 * @param everyMs between tries.
 * @throws Failure `Blocked` when it is still held after 15 s.
 */
export async function whenWarehouseFree<Result>(
  use: (opened: () => void) => Promise<Result>,
  say: (waiting: string) => void,
  everyMs = 500,
): Promise<Result> {
  const giveUpAt = Date.now() + WAIT_FOR_WAREHOUSE_MS;
  const state = { isOpen: false };
  for (;;) {
    try {
      return await use(() => void (state.isOpen = true));
    } catch (error) {
      if (state.isOpen || !isFailure(error, 'Blocked') || Date.now() > giveUpAt) throw error;
      say(`waiting for the warehouse: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
