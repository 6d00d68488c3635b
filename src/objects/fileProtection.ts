import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from './durableFile.js';
import { objectPathSegments } from './objectPath.js';
import type { ObjectProtection, Protection } from './objectProtection.js';
import { isHeldMode, setHeldMode } from './placeLanding.js';

const DAY_MS = 86_400_000;

/** The directory whose files are protected, and how it is read and written. */
export interface ProtectedDirectory {
  readonly location: string;
  readonly readOnly: boolean;
  assertPresent(): Promise<void>;
  assertWritable(): Promise<void>;
  /** Null where there is no such object. */
  reading<T>(path: string, work: () => Promise<T>): Promise<T | null>;
  storing<T>(doing: string, kept: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Protection of plain files: what is held has no write bits, and what was written less than so many days ago is retained.
 *
 * It binds Rosterline, and tells people; whoever owns the files can do with them what they like, and `verify` shows it.
 *
 * @param retentionDays 0 for none.
 */
export function fileProtection(directory: ProtectedDirectory, retentionDays: number): ObjectProtection {
  const fileOf = (path: string): string => join(directory.location, ...objectPathSegments(path));

  async function protection(path: string): Promise<Protection | null> {
    const file = fileOf(path);
    return await directory.reading(path, async () => {
      const found = await stat(file);
      if (!found.isFile()) return null;
      const until = found.mtimeMs + retentionDays * DAY_MS;
      const retainedUntil = retentionDays > 0 && until > Date.now() ? new Date(until).toISOString() : null;
      return { versionId: null, held: isHeldMode(found.mode), retainedUntil };
    });
  }

  async function setHeld(path: string, held: boolean): Promise<{ versionId: null } | null> {
    const file = fileOf(path);
    await directory.assertWritable();
    return await directory.reading(path, async () => {
      if (!(await stat(file)).isFile()) return null;
      await setHeldMode(file, held);
      return { versionId: null };
    });
  }

  return {
    protection,

    async holdable() {
      if (directory.readOnly)
        return { holdable: false, why: `the objects in ${directory.location} were opened for reading only` };
      await directory.assertPresent();
      return { holdable: true };
    },

    hold: async (path) => await setHeld(path, true),

    async releaseHold(path, versionId) {
      if (versionId === null) await setHeld(path, false);
    },

    async remove(path, versionId) {
      const file = fileOf(path);
      await directory.assertWritable();
      const found = versionId === null ? await protection(path) : null;
      if (found === null) return 'missing';
      if (found.held) return 'held';
      if (found.retainedUntil !== null) return 'retained';
      await directory.storing(`removing ${path}`, 'it is kept', async () => {
        await rm(file, { force: true });
        await syncDirectory(dirname(file));
      });
      return 'removed';
    },
  };
}
