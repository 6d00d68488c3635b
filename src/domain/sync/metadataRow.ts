import { z } from 'zod';
import { type MetadataRow, TRUNK_ROLES } from './syncFacts.js';

/** A number, however the table's column has it. */
const Count = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number().int());

const Row = z.object({
  key: z.string().min(1),
  carrier: z.string(),
  schedule_id: z.string(),
  schedule_version: Count,
  agents_available: Count,
  calls_wanted: Count,
  role: z.enum(TRUNK_ROLES),
  effective_from: z.string(),
  effective_to: z.string(),
  content_hash: z.string(),
});

/** Columns that a trunk's metadata has, `key` first. */
export const METADATA_COLUMNS = Object.keys(Row.shape) as readonly (keyof MetadataRow)[];

/** A trunk's metadata as a row of the data table has it; null where it is not readable: it is written anew. */
export function metadataRow(raw: unknown): MetadataRow | null {
  return Row.safeParse(raw).data ?? null;
}
