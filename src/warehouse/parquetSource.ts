import type { PublishedTable } from './publishedTables.js';

/** One file to be written: a table's rows, of one month where it is kept apart by month. */
export interface ParquetPart {
  readonly table: PublishedTable;
  /** `yyyy-MM`, or null for the whole table. */
  readonly month: string | null;
}

/** What tells, without looking at rows, whether the rows of a month changed. */
export interface MonthDigest {
  /** Name of a dataset; `coverage` for the coverage of all of them. */
  readonly of: string;
  /** SHA-256 over each day's seal and rows; for `coverage`, over its lines whole. */
  readonly digest: string;
}

/** A warehouse as it was at one instant: loads that commit meanwhile are not seen. */
export interface ParquetSnapshot {
  /** Writer of the files, with its version: other versions may write other bytes for the same rows. */
  readonly writtenBy: string;
  /** Head of the chain that the warehouse noted last, or null. */
  chainHead(): Promise<{ readonly seq: number; readonly sha256: string } | null>;
  /** SHA-256 of the seal at a path of `seals/`; the newest bound one, where no path is given. Null where there is none. */
  seal(path?: string): Promise<{ readonly path: string; readonly sha256: string } | null>;
  /** Months that have coverage, `yyyy-MM`, ascending. */
  months(): Promise<string[]>;
  digests(month: string): Promise<MonthDigest[]>;
  /**
   * Writes a part's rows, sorted, to a file that must not exist. The same rows make the same bytes.
   *
   * @returns how many rows; with none, the file is there and has none.
   * @throws Failure `Blocked` when the disk is full or the warehouse cannot be read.
   */
  write(part: ParquetPart, file: string): Promise<number>;
}

/** Where `publish` reads from. Every warehouse has one; the files of the same rows are the same bytes. */
export interface ParquetSource {
  /** For people; without a password. */
  readonly location: string;
  read<Result>(use: (snapshot: ParquetSnapshot) => Promise<Result>): Promise<Result>;
  release(): Promise<void>;
}
