import { publishedTables } from '../warehouse/publishedTables.js';

/** Digits of a file's SHA-256 in its name: enough that two contents of one month never share one. */
const HASH_DIGITS = 16;

const OURS = new RegExp(
  `^(${publishedTables({ names: true })
    .map(({ table }) => table)
    .join('|')})/(month=\\d{4}-\\d{2}/)?part-[0-9a-f]{${HASH_DIGITS}}\\.parquet$`,
);

/** Where a file goes, relative to the manifest: Hive style, named by its content. */
export function publishedPath(table: string, month: string | null, sha256: string): string {
  return `${table}/${month === null ? '' : `month=${month}/`}part-${sha256.slice(0, HASH_DIGITS)}.parquet`;
}

/** Whether a path is one that a publish gives: others are never touched. */
export function isPublishedPath(path: string): boolean {
  return OURS.test(path);
}
