import type { Closing } from '../src/cli/closing.js';
import type { Report } from './figures.js';
import type { Held, HeldBench } from './heldBenches.js';
import { forkProcess } from './startProcesses.js';

/** What the process that computes tells. */
export type ComputingMessage =
  | { readonly kind: 'ready' | 'ended' }
  | { readonly kind: 'said'; readonly name: HeldBench; readonly line: string }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'held'; readonly held: Held }
  | { readonly kind: 'failed'; readonly why: string };

/** Runs the benchmarks that compute in a process of their own, at the lowest priority. */
export async function computingHeld(
  closing: Closing,
  say: (name: HeldBench, line: string) => void,
  onReport: (report: Report) => void,
): Promise<Held[]> {
  const { child } = await forkProcess('computingProcess.ts', null, closing, { lowestPriority: true });
  const held: Held[] = [];
  return await new Promise((resolve, reject) => {
    child.on('message', (message: ComputingMessage) => {
      if (message.kind === 'said') say(message.name, message.line);
      else if (message.kind === 'report') onReport(message.report);
      else if (message.kind === 'held') held.push(message.held);
      else if (message.kind === 'failed') reject(new Error(message.why));
      else resolve(held);
    });
    child.once('exit', () => reject(new Error('the process that computes ended before it was done')));
  });
}
