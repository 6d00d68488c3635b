import os from 'node:os';
import type { Config } from '../../config/loadConfig.js';
import { DATASET_NAMES } from '../../domain/exportWindow.js';
import { connectionSettings } from '../../temporal/connectionSettings.js';

/** Words that stand in every report and name nobody, though a host or a database may be called so. */
const NOBODYS: ReadonlySet<string> = new Set([
  'rosterline',
  'postgres',
  'localhost',
  'default',
  'temporal',
  'warehouse',
  ...DATASET_NAMES,
]);

/** What people chose as words of their own, and machines' names: they may say whose installation it is. */
export function ownWords(config: Config): string[] {
  const { warehouse, objects, nightly, taskQueue, dataDirectory } = config;
  return [
    ...[os.hostname(), os.homedir(), dataDirectory, taskQueue],
    ...temporalWords(),
    ...(warehouse.kind === 'postgres' ? [warehouse.host, warehouse.database] : [warehouse.path]),
    ...(objects.kind === 's3' ? [objects.bucket] : [objects.directory]),
    ...nightly.flatMap(({ name, units }) => [name, ...(units ?? [])]),
  ].filter((word) => !NOBODYS.has(word));
}

function temporalWords(): string[] {
  try {
    const { connectionOptions, namespace } = connectionSettings();
    const { address } = connectionOptions;
    return [address, address.replace(/:\d+$/, ''), namespace];
  } catch {
    return [];
  }
}
