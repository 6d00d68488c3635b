import type { NamedLimit } from '../domain/familyOf.js';
import { waitInBody } from '../domain/waitInBody.js';
import type { ErrorBody } from './apiFailure.js';
import type { Leaving } from './callHolds.js';
import type { Pacer } from './pacer.js';
import type { FamilyRefusal } from './tellBudget.js';
import { isWebPage } from './unreadableAnswer.js';

/** A body that takes longer is not waited for: others must know of the refusal. */
const LATE_BODY_MS = 200;

/** Whether an answer is a throttle and says so: 429; 503 that names a wait; one of Genesys's two codes, whatever its status. */
export function isThrottle(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: ErrorBody | null,
  text: string,
): boolean {
  if (status === 429 || /^too\.many\.requests/.test(body?.code ?? '')) return true;
  return status === 503 && (headers['retry-after'] !== undefined || waitInBody(text).retryInMs !== undefined);
}

/** Whether an answer may be a throttle that says something else: what stands in front of Genesys answers so to who asks on. */
export function mayBeDisguised(status: number, text: string): boolean {
  return status === 404 || status === 500 || status === 503 || isWebPage(text);
}

/** A refusal as it comes: its head first, which closes the gate, and then its body, which may narrow what closes. */
export interface ComingRefusal {
  /** The gate closes now where the head names a wait: others are about to leave. Else as soon as the body is late. */
  isOneByItsHead(): void;
  headHasBeenRead(): void;
  /** All of it is there. @returns the gate that it closed, and until when. */
  is(text: string, limit: NamedLimit | null): ReturnType<Pacer['refused']>;
}

/** Tells others of the refusal once. */
export function createRefusal(pacer: Pacer, leaving: Leaving, head: FamilyRefusal): ComingRefusal {
  let told = false;
  let late: NodeJS.Timeout | undefined;
  const tell = (refusal: FamilyRefusal) => {
    const closed = pacer.refused(leaving, refusal, told);
    told = true;
    return closed;
  };
  return {
    isOneByItsHead() {
      if (head.retryAfter !== null) pacer.refused(leaving, head, true);
      late = setTimeout(() => tell(head), LATE_BODY_MS);
    },
    headHasBeenRead() {
      clearTimeout(late);
    },
    is: (bodyText, limit) => tell({ ...head, bodyText, limit }),
  };
}
