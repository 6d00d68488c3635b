import type { Found } from '../../domain/checklist.js';

/**
 * Whether this program can work with the version of our schema that was found.
 *
 * @param other what to use instead of a schema that is newer: `another file`.
 * @throws Error where a newer version of this program wrote it.
 */
export function schemaVersionText(
  place: string,
  { schemaVersion, newestVersion }: { readonly schemaVersion: number; readonly newestVersion: number },
  other: string,
): Found<true> {
  if (schemaVersion > newestVersion)
    throw new Error(
      `${place} was written by a newer version of Rosterline (its schema is ${schemaVersion}, this version knows ${newestVersion}); it is refused unharmed: use that version, or ${other}`,
    );
  if (schemaVersion < newestVersion)
    return {
      value: true,
      message: `version ${schemaVersion}; the worker migrates it to ${newestVersion} when it opens it`,
    };
  return { value: true, message: `version ${schemaVersion}` };
}
