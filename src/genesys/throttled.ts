import { Failure } from '../domain/failure.js';
import type { OwnGate } from './ownGates.js';

/** The failure of a call that has to wait longer than a call may: `untilMs` since the epoch. */
export function throttled(gate: OwnGate, untilMs: number, why: string, facts: object = {}): Failure {
  return new Failure(
    'Throttled',
    `Calls of ${gate} may not leave before ${isoInstant(untilMs)}: ${why}. Nothing is lost; try again then.`,
    { ...facts, retryAtMs: untilMs, family: gate },
  );
}

/** ISO 8601, also of instants that no `Date` can hold. */
export function isoInstant(ms: number): string {
  return new Date(Math.min(ms, 8_640_000_000_000_000)).toISOString();
}
