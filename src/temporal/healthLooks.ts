import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Config } from '../config/loadConfig.js';
import type { ObjectStore } from '../objects/objectStore.js';
import type { Warehouse } from '../warehouse/warehouse.js';

/** Longer than a look is waited for, so that it does not go on for ever. */
const ANSWER_WITHIN_MS = 5_000;
/** Never written: a store that answers that it is not there has answered. */
const NOT_THERE = 'structure/not-there';

/** How to look whether the Temporal server answers. */
export function lookAtTemporal(client: Client): () => Promise<unknown> {
  return () => client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => client.workflowService.getSystemInfo({}));
}

/**
 * How to look whether the warehouse is there: a database server is asked, a DuckDB file must be there to be written.
 *
 * The file is not opened: between loads it is anybody's, an analyst's shell for one.
 */
export function lookAtWarehouse({ warehouse }: Pick<Config, 'warehouse'>, opened: Warehouse): () => Promise<unknown> {
  if (warehouse.kind === 'postgres') return () => opened.query('SELECT 1');
  const { path } = warehouse;
  return () => access(path, constants.R_OK | constants.W_OK);
}

/** How to look whether objects can be reached: a directory that is ours and can be written, or a bucket that answers. */
export function lookAtObjects({ objects }: Pick<Config, 'objects'>, opened: ObjectStore): () => Promise<unknown> {
  if (objects.kind === 's3') return () => opened.read(NOT_THERE, { firstBytes: 1 });
  const landings = join(objects.directory, 'landings');
  return () => access(landings, constants.R_OK | constants.W_OK);
}
