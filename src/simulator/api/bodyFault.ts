import type { OutgoingHttpHeaders } from 'node:http';
import type { CallMet, Faults } from '../control/faults.js';

/** A body as it is going to be sent, once a fault had its way with it. */
export interface SentBody {
  readonly body: Buffer;
  readonly headers: OutgoingHttpHeaders;
  /** Null is as fast as the connection takes it. */
  readonly bytesPerSecond: number | null;
  /** Whether the connection is cut after the body, instead of ending as HTTP wants it. */
  readonly cut: boolean;
  /** Whether a caller that reads what it is told to can tell, and go on from there. */
  readonly resumable: boolean;
}

/** What becomes of a successful answer's body on its way; undefined where no fault meets it. */
export function bodyFault(
  faults: Faults,
  call: CallMet,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): SentBody | undefined {
  const sent = { body, headers, bytesPerSecond: null, cut: false, resumable: true };
  const slow = faults.meet('slowBody', call);
  if (slow) return { ...sent, bytesPerSecond: slow.bytesPerSecond };
  if (body.length === 0) return undefined;

  const truncated = faults.meet('truncatedBody', call);
  if (truncated) {
    const after = Math.min(body.length - 1, truncated.afterBytes ?? Math.floor(body.length / 2));
    return { ...sent, body: body.subarray(0, after), cut: true };
  }
  const wrong = faults.meet('wrongLength', call);
  if (!wrong) return undefined;
  const third = Math.ceil(body.length / 3);
  const told = (bytes: number): OutgoingHttpHeaders => ({ ...headers, 'content-length': bytes.toString() });
  if (wrong.as === 'larger') return { ...sent, headers: told(body.length + third), cut: true };
  if (wrong.as === 'smaller') return { ...sent, headers: told(body.length - third), cut: true, resumable: false };
  const untold = { ...headers };
  delete untold['content-length'];
  return { ...sent, headers: untold, body: body.subarray(0, body.length - third) };
}
