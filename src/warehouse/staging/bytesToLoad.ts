import { stat } from 'node:fs/promises';
import type { WindowLoad } from '../warehouse.js';

/** Bytes of the lines that a load parses; what cannot be read is the load's to say. */
export async function bytesToLoad({ landings }: WindowLoad): Promise<number> {
  const sizes = await Promise.all(
    landings.map(async ({ ndjsonPath }) => (await stat(ndjsonPath).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
