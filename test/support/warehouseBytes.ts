import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/** SHA-256 of a warehouse's file (`''`), and of what DuckDB has written beside it and not merged yet (`.wal`), where it is there. */
export function warehouseBytes(path: string): Record<string, string> {
  const there = ['', '.wal'].filter((suffix) => existsSync(`${path}${suffix}`));
  return Object.fromEntries(
    there.map((suffix) => [
      suffix,
      createHash('sha256')
        .update(readFileSync(`${path}${suffix}`))
        .digest('hex'),
    ]),
  );
}
