import { join } from 'node:path';
import { adherenceSettings } from '../src/datasets/adherence.js';
import { DATASETS } from '../src/datasets/datasets.js';
import { type SliceLandingResult, sliceLanding } from '../src/datasets/sliceLanding.js';
import type { EnvelopeFacts } from '../src/datasets/dataset.js';
import { openDuckdbWarehouse } from '../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { Warehouse, WindowLoad } from '../src/warehouse/warehouse.js';
import type { TimedLoad } from './loadByReadJson.js';
import type { ResultDocument, ResultDocuments } from './resultDocuments.js';
import { type Timed, timed } from './timed.js';

/** Times what the worker does between landings and committed rows: hash, slicer, lines, checks, days' decision, coverage, seal. */
export async function loadByUs(results: ResultDocuments, directory: string): Promise<TimedLoad> {
  const path = join(directory, 'ours.duckdb');
  const warehouse = openDuckdbWarehouse({ path, tempDirectory: join(directory, 'duckdb-temp') });
  try {
    return { path, ...(await timedLoad(warehouse, results, directory)) };
  } finally {
    await warehouse.release();
  }
}

/** Times the way from landings to committed rows in a warehouse that has none of them. */
export async function timedLoad(warehouse: Warehouse, results: ResultDocuments, directory: string): Promise<Timed> {
  // Opening and migrating is no part of a load.
  await warehouse.migrate();
  return await timed(async () => {
    const landings: SliceLandingResult<EnvelopeFacts>[] = [];
    for (const document of results.documents) {
      landings.push(await sliceDocument(results, document, join(directory, `${document.sha256}.ndjson`)));
    }
    await warehouse.loadWindow(windowLoad(results, landings));
  });
}

/** Cuts a landed document into lines, as `activities/load.ts` does. */
export async function sliceDocument(
  { objects, window }: Pick<ResultDocuments, 'objects' | 'window'>,
  { sha256, encoding }: ResultDocument,
  ndjsonPath: string,
): Promise<SliceLandingResult<EnvelopeFacts>> {
  const dataset = DATASETS.adherence;
  return await sliceLanding({
    body: await objects.readLanding(sha256),
    encoding,
    sha256,
    sliceArray: dataset.load.sliceArray,
    readEnvelope: (envelope) => dataset.readEnvelope(envelope, window),
    ndjsonPath,
  });
}

function windowLoad(results: ResultDocuments, landings: WindowLoad['landings']): WindowLoad {
  const requestedAt = '2026-01-01T00:00:00.000Z';
  return {
    window: results.window,
    days: results.days,
    load: DATASETS.adherence.load,
    landings,
    requestedAt,
    loadedAt: requestedAt,
    provisionalFrom: '2025-12-18',
    force: false,
    dayReasons: {},
    seal: {
      organisationId: 'measured',
      timeZoneDatabase: process.versions['tz'] ?? 'unknown',
      settings: adherenceSettings({ exceptions: true, actuals: true }),
      requests: [],
      landings: results.documents.map(({ sha256, bytes, encoding }) => ({
        sha256,
        bytes,
        encoding,
        receivedAt: requestedAt,
      })),
      refusedUserIds: [],
      numbersTaken: [],
    },
  };
}
