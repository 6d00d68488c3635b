import type { Landing } from '../src/domain/landing.js';
import { Failure } from '../src/domain/failure.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { Spool } from '../src/objects/objectStore.js';
import type { Beat } from './step.js';

/**
 * Brings the file behind a signed URL into a spool and lands it: goes on where an earlier attempt stopped.
 *
 * @throws Failure `Expired` when the URL no longer works: what came is kept; `Corrupt` when the file is another one by now.
 */
export async function receiveDownload(
  genesys: Pick<GenesysClient, 'download'>,
  spool: Spool,
  url: string,
  beat: Pick<Beat<{ v: 1; bytes: number }>, 'say' | 'signal'>,
): Promise<Landing> {
  if (spool.facts?.totalBytes !== null && spool.receivedBytes === spool.facts?.totalBytes) return await spool.finish();
  const { etag = null, totalBytes = null } = spool.facts ?? {};
  const from = { offset: spool.receivedBytes, etag, totalBytes };
  const body = await genesys.download(url, from, beat.signal);
  if (body.offset > 0 && body.totalBytes !== spool.facts?.totalBytes) {
    const [before, now] = [spool.facts?.totalBytes, body.totalBytes].map((bytes) => bytes ?? 'an unknown number of');
    await leave(body.body);
    await spool.discard();
    throw new Failure(
      'Corrupt',
      `a result was told to have ${before} bytes, and now ${now}; what had come was dropped, and it is fetched from the start`,
    );
  }
  if (body.offset !== spool.receivedBytes || !spool.facts)
    await spool.begin(body).catch(async (error: unknown) => {
      await leave(body.body);
      throw error;
    });
  await spool.append(body.body, (bytes) => beat.say({ v: 1, bytes }));
  return await spool.finish();
}

/** Ends a download of which nothing is wanted, so that it holds no connection. */
async function leave(body: AsyncIterable<Uint8Array>): Promise<void> {
  const reader = body[Symbol.asyncIterator]();
  await reader.next().catch(() => undefined);
  await reader.return?.().catch(() => undefined);
}
