import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';

/** Cause of a `Corrupt` failure: the answer's bytes as received, so that who caught it can keep them. */
export class UnreadableAnswer extends Error {
  constructor(readonly answer: { raw: Uint8Array; encoding: LandingEncoding; correlationId: string }) {
    super('the answer is not what it claims to be');
  }
}

/** Whether a text is a web page: then something in between answers in Genesys's place. */
export function isWebPage(text: string): boolean {
  return /^\s*<(!doctype|html|\?xml)/i.test(text);
}

/** The failure that a web page in place of an answer is: no window's, and mended by a person. */
export function webPageFailure(asked: string, status: number): Failure {
  return new Failure(
    'Blocked',
    `A web page came in answer to ${asked} (${status}): a proxy or a sign-in page answers in Genesys's place. Nothing was lost. ` +
      'Check the network, HTTPS_PROXY and GENESYS_API_URL; the work goes on by itself.',
    { status },
  );
}
