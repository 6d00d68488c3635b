/** Content encodings that landings are kept in, as the server sent them. */
export type LandingEncoding = 'identity' | 'gzip';

/** A body as received, stored under the SHA-256 of exactly those bytes. */
export interface Landing {
  /** Lower-case hex; also the object's name: `landings/<sha256>`. */
  readonly sha256: string;
  /** Length as stored (encoded). */
  readonly bytes: number;
  readonly encoding: LandingEncoding;
}
