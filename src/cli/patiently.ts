import { isFailure } from '../domain/failure.js';

/** Milliseconds between tries of a call that met a passing failure, and how many there are. */
const TRY_AGAIN_MS = 2000;
const TRIES = 5;

/**
 * A call of the API by a command, made again where it has to wait for its turn or met what passes.
 *
 * @param say told what is waited for.
 */
export async function patiently<T>(call: () => Promise<T>, say: (waiting: string) => void): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      const isThrottled = isFailure(error, 'Throttled');
      if (!isThrottled && !(isFailure(error, 'Transient') && tried < TRIES)) throw error;
      say(error.message);
      const waitMs = Math.max(isThrottled ? 0 : TRY_AGAIN_MS, (error.facts.retryAtMs ?? 0) - Date.now());
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
