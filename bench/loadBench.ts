import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdbFile } from '../src/warehouse/duckdb/duckdbFile.js';
import { rowsOf } from '../src/warehouse/duckdb/rows.js';
import { DATASETS } from '../src/datasets/datasets.js';
import { type Figure, machine, median, type Report } from './figures.js';
import { loadByReadJson } from './loadByReadJson.js';
import { loadByUs } from './loadByUs.js';
import { postgresLoadFigures } from './postgresLoad.js';
import { comparedLoads } from './comparedLoads.js';
import { largeDocument, type ResultDocument, resultDocuments, type ResultDocuments } from './resultDocuments.js';
import { type SlicedAlone, sliceAlone } from './sliceAlone.js';
import type { Timed } from './timed.js';

/** How much is measured. */
const SIZES = {
  full: { loadMegabytes: 30, loadRepeats: 9, postgresRepeats: 9, sliceMegabytes: 300, sliceRepeats: 5 },
  short: { loadMegabytes: 15, loadRepeats: 3, postgresRepeats: 2, sliceMegabytes: 60, sliceRepeats: 3 },
} as const;

/**
 * How fast landings become rows: our whole way against one `read_json`, into Postgres against one COPY, and the way to lines alone.
 *
 * Each repeat measures both sides, one after the other, and figures are medians: what else runs meets both.
 */
export async function loadBench(form: Report['form'], cache: string, say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const sizes = SIZES[form];
  say(`documents of ${sizes.loadMegabytes} and ${sizes.sliceMegabytes} MB (made once, kept in ${cache})`);
  const results = await resultDocuments(cache, sizes.loadMegabytes);
  const large = await largeDocument(results, sizes.sliceMegabytes);
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-bench-load-'));
  try {
    const load = await loadFigures(results, sizes.loadRepeats, directory, say);
    const postgres = await postgresLoadFigures(results, sizes.postgresRepeats, directory, say);
    const slice = await sliceFigures(results, large, sizes.sliceRepeats, directory, say);
    return {
      bench: 'load',
      form,
      about: {
        'MB loaded': Math.round(results.bytes / 1e6),
        'repeats of each': sizes.loadRepeats,
        'MB cut into lines': Math.round(large.bytes / 1e6),
      },
      figures: [...load, ...postgres, ...slice],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function loadFigures(
  results: ResultDocuments,
  repeats: number,
  directory: string,
  say: (line: string) => void,
): Promise<Figure[]> {
  const ours: Timed[] = [];
  const theirs: Timed[] = [];
  // The first of each warms up the compiler and the page cache, and shows that both load the same.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    const scratch = await mkdtemp(join(directory, 'load-'));
    const us = await loadByUs(results, scratch);
    const them = await loadByReadJson(results, scratch);
    if (repeat === 0) await requireSameRows(us.path, them.path, scratch);
    else {
      ours.push(us);
      theirs.push(them);
      say(`load ${repeat} of ${repeats}: ${us.seconds.toFixed(2)} s, by read_json ${them.seconds.toFixed(2)} s`);
    }
    await rm(scratch, { recursive: true, force: true });
  }
  return comparedLoads(ours, theirs, {
    ours: 'our whole load',
    theirs: 'one read_json into the same tables',
    ratio: 'our speed against read_json',
    atLeast: 0.6,
    as: 'load against read_json',
  });
}

async function sliceFigures(
  { objects, window }: ResultDocuments,
  document: ResultDocument,
  repeats: number,
  directory: string,
  say: (line: string) => void,
): Promise<Figure[]> {
  const sliced: SlicedAlone[] = [];
  const parsed: number[] = [];
  const megabytes = document.bytes / 1e6;
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const ndjsonPath = join(directory, 'large.ndjson');
    const one = await sliceAlone({ objects: objects.location, window, document, ndjsonPath });
    sliced.push(one);
    parsed.push(await jsonParseSpeed(ndjsonPath));
    say(`lines ${repeat} of ${repeats}: ${(megabytes / one.seconds).toFixed(0)} MB/s`);
  }
  const speed = median(sliced.map(({ seconds }) => megabytes / seconds));
  const memory = Math.max(...sliced.map(({ peakBytes, idleBytes }) => (peakBytes - idleBytes) / 1e6));
  return [
    { name: 'landing to lines', value: speed, unit: 'MB/s', must: { atLeast: 70 } },
    { name: 'memory over the idle process', value: memory, unit: 'MB', must: { atMost: 120 } },
    {
      // By processor time, because the two do not run at the same moment.
      name: 'to lines against JSON.parse of them, by processor time',
      value: median(sliced.map(({ processorSeconds }) => megabytes / processorSeconds)) / median(parsed),
      unit: '×',
      recorded: { as: 'lines against JSON.parse', better: 'higher' },
    },
  ];
}

/** Speed of `JSON.parse` over some of the lines, in MB a processor second: what this machine can do with this text. */
async function jsonParseSpeed(ndjsonPath: string): Promise<number> {
  const bytes = (await readFile(ndjsonPath)).subarray(0, 30_000_000);
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  const usedBefore = process.cpuUsage();
  for (const line of lines) JSON.parse(line);
  const { user, system } = process.cpuUsage(usedBefore);
  return bytes.length / (user + system);
}

/** A comparison of two loads is worth nothing unless they load the same. */
async function requireSameRows(ours: string, theirs: string, scratch: string): Promise<void> {
  const [one, other] = await Promise.all([digests(ours, scratch), digests(theirs, scratch)]);
  if (one === other) return;
  throw new Error(`our load and read_json's made different rows: ${one} and ${other}`);
}

async function digests(path: string, scratch: string): Promise<string> {
  const file = duckdbFile({ path, memory: '1GB', idleReleaseMs: 0, tempDirectory: join(scratch, 'duckdb-temp') });
  const sql = DATASETS.adherence.load.tables.map(
    ({ table }) => `SELECT '${table}' AS "table", count(*) AS "rows", CAST(bit_xor(hash(row)) AS VARCHAR) AS digest
      FROM (SELECT * EXCLUDE (window_id, loaded_at) FROM ${table}) AS row`,
  );
  try {
    return JSON.stringify(await file.read((connection) => rowsOf(connection, sql.join(' UNION ALL '))));
  } finally {
    await file.release();
  }
}
