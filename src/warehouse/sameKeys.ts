import type { TableLoad } from '../domain/datasetLoad.js';
import { windowId } from '../domain/exportWindow.js';
import { Failure } from '../domain/failure.js';
import type { WindowLoad } from './warehouse.js';

/** Whether deleting the replaced days alone frees every key to be inserted: unit and date are then part of the key. */
export function keysAreFree({ key }: TableLoad): boolean {
  return key.includes('management_unit_id') && key.includes('local_date');
}

/** A key that the unit has already on a day outside the window. */
export function keyOutsideWindow(
  { window }: WindowLoad,
  { table }: TableLoad,
  found: { readonly rows: number; readonly localDate: string },
): Failure {
  return new Failure(
    'Corrupt',
    `${windowId(window)}: ${table} has ${found.rows} of the same rows on ${found.localDate}, a day outside this window. Nothing was loaded; the bytes are kept as received`,
  );
}
