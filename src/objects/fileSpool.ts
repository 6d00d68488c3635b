import { createHash, randomBytes, type Hash } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endAfter } from '../domain/endAfter.js';
import { Failure } from '../domain/failure.js';
import type { Landing } from '../domain/landing.js';
import type { BodyFacts, Spool } from './objectStore.js';
import { fileSize, LANDED_FILE, moveBody, RECEIVING_FILE, removeLeftovers, type SpoolPlaces } from './spoolFiles.js';
import { LandedRecord, readRecord, ReceivingRecord, writeRecord } from './spoolRecord.js';
import { isMissing, storageFailure } from './storageFailure.js';

/**
 * The landing that was finished under this name, or a spool with what an earlier process kept.
 *
 * Every instant at which a process can die leaves one of these, and each goes on from here:
 *
 * 1. a body file and no record: `begin` was under way; nothing counts as kept.
 * 2. `.receiving.json` and its body: what was appended is kept.
 * 3. also `.landed.json`, the landing not there: the body was whole, hashed and synced; the move is done now.
 * 4. `.landed.json` and the landing: done; leftovers are removed.
 * 5. `.landed.json` and neither landing nor body: somebody removed the landing; the body is received anew.
 */
export async function openFileSpool(places: SpoolPlaces): Promise<{ landed: Landing } | { spool: Spool }> {
  const landed = await readRecord(join(places.directory, LANDED_FILE), LandedRecord);
  if (landed !== null) {
    const found =
      (await fileSize(join(places.landings, landed.sha256))) === landed.bytes || (await moveBody(places, landed));
    if (found) {
      await removeLeftovers(places.directory);
      return { landed: landingOf(landed) };
    }
    await rm(join(places.directory, LANDED_FILE), { force: true });
  }
  await places.assertRoom();
  const receiving = await readRecord(join(places.directory, RECEIVING_FILE), ReceivingRecord);
  const kept = receiving && (await fileSize(join(places.directory, receiving.body)));
  return { spool: new FileSpool(places, kept === null ? null : receiving, kept ?? 0) };
}

/** A body arriving in a file. Writes go to their own position, so a late writer of the same body does no harm. */
class FileSpool implements Spool {
  /** Hash of the first `#hashedBytes` bytes; what an earlier process kept is hashed before the first append. */
  #hash: Hash = createHash('sha256');
  #hashedBytes = 0;

  constructor(
    private readonly places: SpoolPlaces,
    private record: ReceivingRecord | null,
    private received: number,
  ) {}

  get receivedBytes(): number {
    return this.received;
  }

  get facts(): BodyFacts | null {
    if (this.record === null) return null;
    const { totalBytes, etag, encoding } = this.record;
    return { totalBytes, etag, encoding };
  }

  async begin(facts: BodyFacts): Promise<void> {
    await this.storing('beginning', async () => {
      await this.places.assertPresent();
      await this.drop();
      await mkdir(this.places.directory, { recursive: true, mode: 0o700 });
      // A new file each time: what a record names was never part of another body, whatever order a crash leaves behind.
      const record: ReceivingRecord = { v: 1, body: `.body-${randomBytes(8).toString('hex')}`, ...pickFacts(facts) };
      await (await open(this.path(record.body), 'wx', 0o600)).close();
      await writeRecord(this.places.scratch, this.path(RECEIVING_FILE), record);
      this.record = record;
    });
  }

  async append(body: AsyncIterable<Uint8Array>, onBytes: (receivedBytes: number) => void): Promise<void> {
    const record = this.begun();
    const file = await this.storing('opening', () => this.openBody(record));
    const appending = async (): Promise<void> => {
      await this.storing('reading back', () => this.catchUp(file));
      for await (const chunk of body) {
        if (record.totalBytes !== null && this.received + chunk.byteLength > record.totalBytes)
          await this.overrun(record);
        await this.storing('appending', () => this.write(file, chunk));
        onBytes(this.received);
      }
    };
    await endAfter(appending, () => this.storing('closing', () => file.close()));
  }

  async finish(): Promise<Landing> {
    const record = this.begun();
    const { totalBytes } = record;
    if (totalBytes !== null && this.received > totalBytes) await this.overrun(record);
    if (totalBytes !== null && this.received < totalBytes) {
      throw new Failure(
        'Transient',
        `the body of ${this.places.name} ended after ${this.received} of ${totalBytes} bytes; they are kept, and the next try goes on there`,
      );
    }
    return await this.storing('landing', async () => {
      const landed = await this.seal(record);
      if (landed === null) return await this.landedByAnother();
      await removeLeftovers(this.places.directory);
      this.forget();
      return landingOf(landed);
    });
  }

  async discard(): Promise<void> {
    await this.storing('discarding', async () => {
      await this.places.assertPresent();
      await this.drop();
    });
  }

  /** Syncs and hashes the body, notes the outcome, then moves it; null when the body is no longer this spool's. */
  private async seal(record: ReceivingRecord): Promise<LandedRecord | null> {
    let file: FileHandle;
    try {
      file = await open(this.path(record.body), 'r+');
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    const synced = async (): Promise<void> => {
      await this.catchUp(file);
      if (this.places.syncsBody) await file.sync();
    };
    await endAfter(synced, () => file.close());
    const sha256 = this.#hash.copy().digest('hex');
    const landed: LandedRecord = { v: 1, body: record.body, sha256, bytes: this.received, encoding: record.encoding };
    // Before the move: dying between the two must not forget which landing this name became.
    await writeRecord(this.places.scratch, this.path(LANDED_FILE), landed);
    return (await moveBody(this.places, landed)) ? landed : null;
  }

  private async landedByAnother(): Promise<Landing> {
    await this.places.assertPresent();
    const landed = await readRecord(this.path(LANDED_FILE), LandedRecord);
    if (landed !== null && (await fileSize(join(this.places.landings, landed.sha256))) === landed.bytes) {
      return landingOf(landed);
    }
    throw this.taken();
  }

  private taken(): Failure {
    return new Failure(
      'Transient',
      `another attempt has begun ${this.places.name} anew; its bytes are kept, and the next try goes on there`,
    );
  }

  private async openBody(record: ReceivingRecord): Promise<FileHandle> {
    try {
      return await open(this.path(record.body), 'r+');
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.places.assertPresent();
      throw this.taken();
    }
  }

  private async write(file: FileHandle, chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength; ) {
      const { bytesWritten } = await file.write(chunk, offset, chunk.byteLength - offset, this.received);
      this.#hash.update(chunk.subarray(offset, offset + bytesWritten));
      offset += bytesWritten;
      this.received += bytesWritten;
      this.#hashedBytes = this.received;
    }
  }

  private async catchUp(file: FileHandle): Promise<void> {
    if (this.#hashedBytes === this.received) return;
    const kept = file.createReadStream({ start: this.#hashedBytes, end: this.received - 1, autoClose: false });
    for await (const chunk of kept as AsyncIterable<Buffer>) {
      this.#hash.update(chunk);
      this.#hashedBytes += chunk.byteLength;
    }
    if (this.#hashedBytes !== this.received) throw this.taken();
  }

  /** More bytes than the server said: parts of two bodies, or a server gone wrong. No prefix of it can be trusted. */
  private async overrun(record: ReceivingRecord): Promise<never> {
    await this.discard();
    throw new Failure(
      'Transient',
      `the body of ${this.places.name} is longer than the ${record.totalBytes ?? 0} bytes announced; what came was dropped, and the next try starts from nothing`,
    );
  }

  private async drop(): Promise<void> {
    this.forget();
    await rm(this.path(LANDED_FILE), { force: true });
    await removeLeftovers(this.places.directory);
  }

  private forget(): void {
    this.record = null;
    this.received = 0;
    this.#hash = createHash('sha256');
    this.#hashedBytes = 0;
  }

  private begun(): ReceivingRecord {
    if (this.record === null) throw new Error(`begin the spool ${this.places.name} first`);
    return this.record;
  }

  private path(file: string): string {
    return join(this.places.directory, file);
  }

  private async storing<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(
        error,
        `${doing} the body of ${this.places.name} in ${dirname(this.places.landings)}`,
        `${this.received} bytes of it are kept`,
      );
    }
  }
}

function landingOf({ sha256, bytes, encoding }: LandedRecord): Landing {
  return { sha256, bytes, encoding };
}

function pickFacts({ totalBytes, etag, encoding }: BodyFacts): BodyFacts {
  return { totalBytes, etag, encoding };
}
