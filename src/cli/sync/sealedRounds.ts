import { existsSync } from 'node:fs';
import type { Config } from '../../config/loadConfig.js';
import { readRoundsBack, type StoredRound } from '../../custody/roundSeals.js';
import { Failure } from '../../domain/failure.js';
import { openObjects } from '../../temporal/openObjects.js';

/**
 * Sealed rounds that ended at an instant or before, the newest first.
 *
 * @throws Failure `Blocked` where the directory of objects is not there, `Corrupt` naming a seal that cannot be read.
 */
export function sealedRounds(config: Config, to?: string): AsyncGenerator<StoredRound> {
  const { objects } = config;
  if (objects.kind === 'file' && !existsSync(objects.directory))
    throw new Failure(
      'Blocked',
      `there are no objects at ${objects.directory}, and with them no seals of rounds: run this where the worker's objects are (OBJECTS_URL, ROSTERLINE_DATA)`,
    );
  return readRoundsBack(openObjects(config, { readOnly: true }), to);
}
