import { createHash } from 'node:crypto';
import type { LandedBody } from '../src/domain/exportSteps.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { SchedulesOutcome, SchedulesSearch } from '../src/genesys/scheduleSearchCalls.js';
import type { ActivityDeps } from './deps.js';
import { receiveDownload } from './receiveDownload.js';
import type { Beat } from './step.js';

/** A search whose answer has landed, or one that Genesys is still working on: it is made anew, for less. */
export type LandedSchedules =
  | ({ readonly kind: 'landed'; readonly requestedAt: string; readonly correlationId: string } & LandedBody)
  | {
      readonly kind: 'processing';
      readonly status: Extract<SchedulesOutcome, { outcome: 'processing' }>['status'];
      readonly requestedAt: string;
      readonly correlationId: string;
      readonly calls: number;
    };

/**
 * Searches a unit's published schedules and lands the answer, be it in the body or behind a signed URL. One API call.
 *
 * The URL never leaves the attempt: it is a capability. An attempt that is killed half way searches again, and goes on with the
 * download where Genesys offers the same file.
 *
 * @param spools folder of what is under way; forgotten (`ObjectStore.forgetSpools`) once the answer is sealed.
 * @throws Failure `Expired` when the URL does not work: search again.
 */
export async function landSchedules(
  { objects, now }: Pick<ActivityDeps, 'objects' | 'now'>,
  genesys: Pick<GenesysClient, 'searchSchedules' | 'download'>,
  search: SchedulesSearch,
  spools: string,
  beat: Pick<Beat<{ v: 1; bytes: number }>, 'say' | 'signal'>,
): Promise<LandedSchedules> {
  const requestedAt = now().toISOString();
  const { value, raw, encoding, correlationId, receivedAt } = await genesys.searchSchedules(search);
  const asked = { requestedAt, correlationId, calls: 1 };
  if (value.outcome === 'processing') return { kind: 'processing', status: value.status, ...asked };
  if (value.outcome === 'inline')
    return { kind: 'landed', landing: await objects.landBytes(raw, encoding), receivedAt, ...asked };
  const found = await objects.spool(`${spools}/${fileOf(value.downloadUrl)}`);
  const landing =
    'landed' in found ? found.landed : await receiveDownload(genesys, found.spool, value.downloadUrl, beat);
  return { kind: 'landed', landing, receivedAt: now().toISOString(), ...asked };
}

/** A name for the file behind a signed URL that says nothing of it; the signature is another each time. */
function fileOf(url: string): string {
  const [file = ''] = url.split('?');
  return createHash('sha256').update(file).digest('hex').slice(0, 32);
}
