import { z } from 'zod';
import { Failure } from '../domain/failure.js';

/** Name of the manifest in what is published: written last, so that it only ever names files that are there. */
export const MANIFEST = 'manifest.json';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const PublishedFile = z.object({
  /** Relative to the manifest. Named by its content: a changed month has another name. */
  path: z.string(),
  rows: z.number().int(),
  bytes: z.number().int(),
  sha256: Sha256,
});
export type PublishedFile = z.infer<typeof PublishedFile>;

const PublishedPartition = z.object({
  /** `yyyy-MM` of the rows' `local_date`; null for a table that is not kept apart by month. */
  month: z.string().nullable(),
  rows: z.number().int(),
  /** Stays the same as long as the rows need not be looked at again; null where they are written each time. */
  fingerprint: Sha256.nullable(),
  files: z.array(PublishedFile),
});
export type PublishedPartition = z.infer<typeof PublishedPartition>;

const ManifestTable = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  sortedBy: z.array(z.string()),
  partitionedBy: z.literal('month').nullable(),
  rows: z.number().int(),
  partitions: z.array(PublishedPartition),
});
export type ManifestTable = z.infer<typeof ManifestTable>;

/** What is published: every file, with what is in it and where it came from. `docs/publish.md` explains it to readers. */
export const PublishManifest = z.object({
  v: z.literal(1),
  kind: z.literal('rosterline-publish'),
  publishedAt: z.string(),
  /** Program that wrote the files, as it says in each of them. */
  writtenBy: z.string(),
  /** Whether agents' names are in it. */
  names: z.boolean(),
  source: z.object({
    /** Head of the custody chain that the warehouse noted last. */
    chainHead: z.object({ seq: z.number().int(), sha256: Sha256 }).nullable(),
    /** Newest seal that the chain binds: by it another warehouse is told from this one. */
    newestSeal: z.object({ path: z.string(), sha256: Sha256 }).nullable(),
  }),
  tables: z.record(z.string(), ManifestTable),
});
export type PublishManifest = z.infer<typeof PublishManifest>;

/** As it is stored: for people and programs. */
export function manifestText(manifest: PublishManifest): string {
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/**
 * Reads a manifest.
 *
 * @param where for messages.
 * @throws Failure `InvalidInput` when it is not a manifest of ours, `Blocked` when a newer version wrote it. Nothing was changed.
 */
export function readManifest(text: string, where: string): PublishManifest {
  const content = parsed(text);
  const version = z.object({ v: z.number(), kind: z.literal('rosterline-publish') }).safeParse(content);
  if (version.success && version.data.v > 1)
    throw new Failure(
      'Blocked',
      `${where} was written by a newer version of Rosterline. Nothing was changed; use that version, or publish elsewhere`,
    );
  const manifest = PublishManifest.safeParse(content);
  if (manifest.success) return manifest.data;
  throw new Failure(
    'InvalidInput',
    `${where} is not the manifest of a publish. Nothing was changed; name another place, or move that file away`,
  );
}

/** Whether a text is a manifest of ours, of whatever version. */
export function isManifest(text: string | null): boolean {
  return text !== null && z.object({ kind: z.literal('rosterline-publish') }).safeParse(parsed(text)).success;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every file that a manifest names. */
export function filesOf(manifest: PublishManifest | null): PublishedFile[] {
  return Object.values(manifest?.tables ?? {}).flatMap(({ partitions }) => partitions.flatMap(({ files }) => files));
}
