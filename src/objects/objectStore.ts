import type { Readable } from 'node:stream';
import type { Landing, LandingEncoding } from '../domain/landing.js';
import type { ObjectProtection } from './objectProtection.js';

/** What a server said of a body before sending it; a resumed download must be told the same. */
export interface BodyFacts {
  /** Length of the whole body as sent, or null where the server did not say. */
  readonly totalBytes: number | null;
  /** Strong `ETag`, or null. */
  readonly etag: string | null;
  readonly encoding: LandingEncoding;
}

/**
 * A body on its way to a landing. Survives the process: what was appended stays, and a later `spool` of the same name goes on there.
 *
 * One process at a time works on a name; Temporal's activity retries give that.
 */
export interface Spool {
  /** Bytes kept so far. */
  readonly receivedBytes: number;
  /** What `begin` was told, by this process or an earlier one; null before it. */
  readonly facts: BodyFacts | null;
  /** Starts from nothing: drops what was kept. */
  begin(facts: BodyFacts): Promise<void>;
  /**
   * Appends a body's bytes as they come, calling back with the total kept.
   *
   * @throws Failure `Blocked` when the disk is full or the directory is gone; what was kept stays.
   */
  append(body: AsyncIterable<Uint8Array>, onBytes: (receivedBytes: number) => void): Promise<void>;
  /**
   * Hashes, moves to `landings/<sha256>` and remembers the outcome under the spool's name.
   *
   * @throws Failure `Transient` when the length differs from what the server said: a shorter body is kept, so that it is resumed; a longer
   *   one (`append` refuses it too) is dropped, because no prefix of it can be trusted.
   */
  finish(): Promise<Landing>;
  /** Forgets the body and the outcome, so that it is received anew. */
  discard(): Promise<void>;
}

/**
 * Where raw bytes, seals and the chain live. Contract suite: `test/contract/objectStore.ts`.
 *
 * Paths and spools' names are relative, with `/`; segments of 1 to 200 letters, digits, `.`, `_`, `-`, not beginning with `.`; at most 900
 * characters in all. Anything else is refused as `InvalidInput`.
 */
export interface ObjectStore extends ObjectProtection {
  /** A place a person can look at, such as a directory. */
  readonly location: string;
  /** The landing that an earlier process finished under this name, or a spool to go on with. */
  spool(name: string): Promise<{ landed: Landing } | { spool: Spool }>;
  /** Lands bytes that are in memory. The same bytes twice are one object. */
  landBytes(bytes: Uint8Array, encoding: LandingEncoding): Promise<Landing>;
  /** The bytes of a landing as stored. @throws Failure `Corrupt` when it is missing. */
  readLanding(sha256: string): Promise<Readable>;
  /** Removes what the spool of this name and those below it (`<prefix>/…`) remember, once their window is sealed. */
  forgetSpools(prefix: string): Promise<void>;
  /**
   * Writes an object that must not exist, durably.
   *
   * @returns `exists` when there is one already, whatever its bytes: the caller reads it and decides.
   */
  createOnce(path: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** The object's bytes, or null. A store may leave out what comes after `firstBytes`. */
  read(path: string, options?: { firstBytes?: number }): Promise<Uint8Array | null>;
  /** SHA-256 and length of an object, streamed; null when it is missing. */
  digest(path: string): Promise<{ sha256: string; bytes: number } | null>;
  /**
   * Paths under a prefix (a folder), sorted by UTF-16 code units. A store may leave out those up to `after`, so that a long chain is
   * not listed for its end.
   */
  list(prefix: string, options?: { after?: string }): Promise<string[]>;
}
