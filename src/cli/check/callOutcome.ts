import type { Found } from '../../domain/checklist.js';
import { Failure, isFailure } from '../../domain/failure.js';
import type { ApiAnswer } from '../../genesys/apiAnswer.js';

/** A refusal is waited out within the command only when it is over so soon. */
const LONGEST_WAIT_MS = 2000;

/** A call that was made: its value, or what it failed with. */
export type Settled<T> = { readonly value: T; readonly error?: undefined } | { readonly error: Error };

/** Waits for a call, whatever comes of it: two checks tell of it. */
export async function settled<T>(call: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await call };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** @throws what the call failed with. */
export function valueOf<T>(outcome: Settled<T>): T {
  if (outcome.error !== undefined) throw outcome.error;
  return outcome.value;
}

/** A refusal that is over within 2 s is waited out, once. Any other is reported with its instant. */
export async function afterShortWait<T>(call: () => Promise<T>, now: () => number): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const waitMs = isFailure(error, 'Throttled') ? (error.facts.retryAtMs ?? Infinity) - now() : Infinity;
    if (waitMs > LONGEST_WAIT_MS) throw error;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
    return await call();
  }
}

/** What an answered call showed. */
export async function answered<T>(call: Promise<ApiAnswer<T>>, tell: (value: T) => string): Promise<Found<T>> {
  const { value } = await oneTry(call);
  return { value, message: tell(value) };
}

/** A call that is as good as answered when Genesys finds fault with the request alone: it looked at the permission before. */
export async function pastPermission(call: Promise<unknown>, message: string): Promise<Found<true>> {
  try {
    await oneTry(call);
  } catch (error) {
    const ofRequest = isFailure(error, 'InvalidInput', 'TooLarge') && [400, 422].includes(error.facts.status ?? 0);
    if (!ofRequest) throw error;
  }
  return { value: true, message };
}

/** Failures that a worker tries again are for the person to try here. */
async function oneTry<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isFailure(error, 'Transient')) throw error;
    const message = error.message.replace('It is tried again.', 'Look again in a minute.');
    throw new Failure('Transient', message, error.facts, { cause: error });
  }
}
