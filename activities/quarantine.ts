import { Failure, isFailure } from '../src/domain/failure.js';
import type { Landing } from '../src/domain/landing.js';
import { UnreadableAnswer } from '../src/genesys/unreadableAnswer.js';
import type { ActivityDeps } from './deps.js';

/** What is written beside bytes that turned out corrupt: for a person, so that they are found and explained. */
interface QuarantineNote {
  readonly v: 1;
  /** Window that the bytes were for; null for the organisation's structure. */
  readonly windowId: string | null;
  readonly exportId: string;
  readonly foundAt: string;
  readonly why: string;
  /** Paths of the bytes as received, in this object store. */
  readonly landings: readonly { readonly path: string; readonly bytes: number; readonly encoding: string }[];
  /** What Genesys support asks for. */
  readonly correlationIds: readonly string[];
  readonly jobIds: readonly string[];
}

/** Where corrupt bytes came from. */
export interface Origin {
  readonly windowId: string | null;
  readonly exportId: string;
  readonly correlationIds: readonly string[];
  readonly jobIds: readonly string[];
}

/**
 * Writes `quarantine/<window>/<start of the first landing's hash>.json` about landings that turned out corrupt, and says so in the failure.
 *
 * The landings stay where they are, under their own hash: nothing ever loads them, because no seal names them. The same bytes twice
 * are one note.
 */
export async function quarantined(
  deps: ActivityDeps,
  failure: Failure,
  landings: readonly Landing[],
  origin: Origin,
): Promise<Failure> {
  const [first] = landings;
  if (!first) return failure;
  const path = `quarantine/${origin.windowId ?? 'structure'}/${first.sha256.slice(0, 16)}.json`;
  const note: QuarantineNote = {
    v: 1,
    windowId: origin.windowId,
    exportId: origin.exportId,
    foundAt: deps.now().toISOString(),
    why: failure.message,
    landings: landings.map(({ sha256, bytes, encoding }) => ({ path: `landings/${sha256}`, bytes, encoding })),
    correlationIds: origin.correlationIds,
    jobIds: origin.jobIds,
  };
  await deps.objects.createOnce(path, Buffer.from(`${JSON.stringify(note, null, 2)}\n`));
  const facts = { ...failure.facts, corrupt: landings.map(({ sha256 }) => sha256) };
  return new Failure('Corrupt', `${failure.message}; see ${path}`, facts, { cause: failure });
}

/** The same for an API answer that is not what it claims to be; any other error as it came. */
export async function answerQuarantined(
  deps: ActivityDeps,
  error: unknown,
  origin: Pick<Origin, 'windowId' | 'exportId'>,
): Promise<unknown> {
  if (!isFailure(error, 'Corrupt') || !(error.cause instanceof UnreadableAnswer)) return error;
  const { raw, encoding, correlationId } = error.cause.answer;
  const landing = await deps.objects.landBytes(raw, encoding);
  return await quarantined(deps, error, [landing], { ...origin, correlationIds: [correlationId], jobIds: [] });
}
