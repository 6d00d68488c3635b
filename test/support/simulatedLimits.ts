import type { LimitInput } from '../../src/simulator/limits/limitSettings.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';

/** Path of the call that creates a job. */
export const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

/** Which calls of `wfm-jobs` came and when, whatever was answered: a limit that refuses none, and that they meet first. */
const ARRIVALS = { name: 'arrivals', shape: 'fixed', calls: 1_000_000, windowSeconds: 86_400, on: 'wfm-jobs' } as const;

/** Puts these limits in the place of all there are, behind one that only notes when job-creating calls arrive. */
export async function putLimits(simulator: RunningSimulator, limits: readonly LimitInput[]): Promise<void> {
  const url = `${simulator.controlUrl}/limits`;
  const before = (await (await fetch(url)).json()) as Record<string, unknown>;
  for (const name of Object.keys(before)) await fetch(`${url}/${name}`, { method: 'DELETE' });
  for (const limit of [ARRIVALS, ...limits]) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(limit),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/**
 * Instants at which job-creating calls arrived since `putLimits`, refused ones included, milliseconds since the epoch; or those that
 * another limit let through.
 */
export async function arrivalsMs(simulator: RunningSimulator, limit: string = ARRIVALS.name): Promise<number[]> {
  const answer = await fetch(`${simulator.controlUrl}/limits/${limit}/accepted`);
  const { firstMs, afterMs } = (await answer.json()) as { firstMs: number | null; afterMs: number[] };
  return afterMs.map((ms) => (firstMs ?? 0) + ms);
}
