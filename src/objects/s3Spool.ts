import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { endAfter } from '../domain/endAfter.js';
import type { Landing } from '../domain/landing.js';
import { fileSource } from './bodySource.js';
import { openFileSpool } from './fileSpool.js';
import { objectPathSegments } from './objectPath.js';
import type { BodyFacts, Spool } from './objectStore.js';
import { altered, landBody } from './s3Landing.js';
import type { S3Connection } from './s3Connection.js';
import { forgetLanded, rememberedLanding, rememberLanded } from './s3Remembered.js';
import { LANDED_FILE, removeLeftovers, type SpoolPlaces } from './spoolFiles.js';
import { storageFailure } from './storageFailure.js';

/** Where a whole body waits for its upload, in its spool's directory. */
const WHOLE = '.whole';

/** What every spool of a store shares. */
export interface SpoolSetting extends Pick<SpoolPlaces, 'scratch' | 'assertPresent' | 'assertRoom'> {
  /** Directory of all spools on this machine. */
  readonly directory: string;
}

/**
 * The landing that was finished under this name, by whichever machine, or a spool with what this machine kept.
 *
 * Beside the instants that `openFileSpool` lists, for a body on this machine's disk:
 *
 * 1. the body is whole, the upload not begun, or half-way: it is done now, and goes on with the parts that are there.
 * 2. the landing is in the bucket, the outcome not noted there: it is noted now.
 * 3. the outcome is noted in the bucket: done; what is left on the disk is removed.
 * 4. the outcome is noted and the landing gone: somebody removed it; the body is received anew.
 */
export async function openS3Spool(
  s3: S3Connection,
  setting: SpoolSetting,
  name: string,
): Promise<{ landed: Landing } | { spool: Spool }> {
  const directory = join(setting.directory, ...objectPathSegments(name));
  const places: SpoolPlaces = { ...setting, name, directory, landings: join(directory, WHOLE), syncsBody: false };
  const remembered = await rememberedLanding(s3, name);
  if (remembered !== null) {
    await clear(places);
    return { landed: remembered };
  }
  const local = await openFileSpool(places);
  if ('landed' in local && (await deliver(s3, places, local.landed))) return local;
  const received = 'landed' in local ? await openFileSpool(places) : local;
  if ('landed' in received) throw altered(name);
  return { spool: new S3Spool(s3, places, received.spool) };
}

/** A body arriving on this machine's disk, and its way into the bucket. */
class S3Spool implements Spool {
  /** The body, once it is whole. Its upload may be tried again. */
  #whole: Landing | null = null;

  constructor(
    private readonly s3: S3Connection,
    private readonly places: SpoolPlaces,
    private readonly local: Spool,
  ) {}

  get receivedBytes(): number {
    return this.local.receivedBytes;
  }

  get facts(): BodyFacts | null {
    return this.local.facts;
  }

  async begin(facts: BodyFacts): Promise<void> {
    this.#whole = null;
    await removing(this.places, () => rm(this.places.landings, { recursive: true, force: true }));
    await this.local.begin(facts);
  }

  append(body: AsyncIterable<Uint8Array>, onBytes: (receivedBytes: number) => void): Promise<void> {
    return this.local.append(body, onBytes);
  }

  async finish(): Promise<Landing> {
    this.#whole ??= await this.local.finish();
    if (await deliver(this.s3, this.places, this.#whole)) return this.#whole;
    this.#whole = null;
    throw altered(this.places.name);
  }

  async discard(): Promise<void> {
    this.#whole = null;
    await this.local.discard();
    await clear(this.places);
    await forgetLanded(this.s3, this.places.name);
  }
}

/** Brings a whole body into the bucket and notes there what the name became; false when the disk has altered it. */
async function deliver(s3: S3Connection, places: SpoolPlaces, landing: Landing): Promise<boolean> {
  const kept = `its ${landing.bytes} bytes are kept in ${places.landings}`;
  const source = await removing(places, () => fileSource(join(places.landings, landing.sha256)));
  const outcome = await endAfter(
    () => landBody(s3, source, landing.sha256, kept),
    () => removing(places, () => source.close()),
  );
  if (outcome === 'landed') await rememberLanded(s3, places.name, landing);
  await clear(places);
  return outcome === 'landed';
}

/** Removes what a name has on this machine's disk; spools of names below it stay. */
async function clear(places: SpoolPlaces): Promise<void> {
  await removing(places, async () => {
    // The record last: without it a body on the disk counts for nothing, and is received anew.
    await rm(places.landings, { recursive: true, force: true });
    await removeLeftovers(places.directory);
    await rm(join(places.directory, LANDED_FILE), { force: true });
    await rmdir(places.directory).catch(() => undefined);
  });
}

async function removing<T>(places: SpoolPlaces, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFailure(error, `using the spool of ${places.name} in ${places.directory}`, 'what it holds is kept');
  }
}
