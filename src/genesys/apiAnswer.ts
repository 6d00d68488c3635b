import type { LandingEncoding } from '../domain/landing.js';
import type { CallAnswer } from './apiCall.js';

/** An answer decoded into our types, with the body exactly as received. */
export interface ApiAnswer<T> {
  readonly value: T;
  readonly raw: Uint8Array;
  readonly encoding: LandingEncoding;
  readonly correlationId: string;
  readonly receivedAt: string;
}

export function answered<T>({ raw, encoding, correlationId, receivedAt }: CallAnswer, value: T): ApiAnswer<T> {
  return { value, raw, encoding, correlationId, receivedAt };
}
