import type { Means } from './callerProcess.js';

/**
 * Waits this long after a refusal, whatever the header says: the loop of the complaint that this project began with.
 *
 * It met a header of 30 s. Where the limiter's time is shortened, so is this: as it stands it would no longer be shorter than the header
 * that it ignores.
 */
const RETRY_AFTER_MS = 5000;

/** Calls by a loop that tries again after 5 s, shortened by `scale`. */
export function createLoopMeans(url: string, token: string, scale: number): Means {
  async function untilAccepted(path: string, init: RequestInit): Promise<unknown> {
    for (;;) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(url + path, { ...init, headers });
      const body = await answer.text();
      if (answer.ok) return JSON.parse(body) as unknown;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS / scale));
    }
  }

  return {
    post: (path, body) => untilAccepted(path, { method: 'POST', body: JSON.stringify(body) }),
    get: (path) => untilAccepted(path, { method: 'GET' }),
  };
}
