import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localDays } from '../src/domain/calendar.js';
import type { ExportWindow } from '../src/domain/exportWindow.js';
import type { Landing } from '../src/domain/landing.js';
import type { LocalDay } from '../src/domain/localDay.js';
import { openFileStore } from '../src/objects/fileStore.js';
import { landingPath } from '../src/objects/objectPath.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import { adherenceDocument } from '../src/simulator/api/adherenceDocument.js';
import { type Organisation, organisationOf } from '../src/simulator/data/organisation.js';
import type { Unit } from '../src/simulator/data/unit.js';
import { simulatorSettings } from '../src/simulator/simulatorOptions.js';

/** A result file as it landed, uncompressed. */
export interface ResultDocument extends Landing {
  readonly path: string;
}

/** The two files of one adherence job, and the window that asked for them. */
export interface ResultDocuments {
  readonly objects: ObjectStore;
  readonly window: ExportWindow;
  readonly days: readonly LocalDay[];
  readonly documents: readonly ResultDocument[];
  readonly bytes: number;
}

/** Part of the kept files' names: change it with the shape of the simulator's results, so that nobody measures an older one. */
const SHAPE = 'v1';

/** What an agent's week comes to with exceptions and actuals, in bytes: measured. */
const BYTES_AN_AGENT = 16_750;

const ZONE = 'Asia/Singapore';
const [FROM, TO] = ['2024-03-04', '2024-03-11'];
const AS_OF_SECONDS = Date.parse('2026-01-01T00:00:00Z') / 1000;

/**
 * The result of one simulated adherence job, about `megabytes` in two files: a week with exceptions and actuals.
 *
 * Made once and kept in an object store under `directory`: the same size always gives the same bytes.
 */
export async function resultDocuments(directory: string, megabytes: number): Promise<ResultDocuments> {
  const agents = Math.round((megabytes * 1e6) / BYTES_AN_AGENT);
  const organisation = organisationOf(
    simulatorSettings({ seed: 20_240_304, units: [{ name: 'Measured', timeZone: ZONE, agents }], turnover: false }),
  );
  const [unit] = organisation.units;
  if (!unit) throw new RangeError('the organisation has a unit');
  const days = localDays(ZONE, FROM, TO);
  const window: ExportWindow = {
    dataset: 'adherence',
    managementUnitId: unit.id,
    businessUnitId: unit.businessUnitId,
    timeZone: ZONE,
    from: FROM,
    to: TO,
    startAt: days[0]?.startAt ?? '',
    endAt: days.at(-1)?.endAt ?? '',
  };
  const objects = openFileStore({ directory });
  const documents: ResultDocument[] = [];
  for (const part of [0, 1] as const) {
    const name = `result-${SHAPE}-${agents}-agents-${part}`;
    documents.push(await landed(objects, name, () => pieces(resultFile(organisation, unit, window, part))));
  }
  return { objects, window, days, documents, bytes: documents.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** One document of at least `megabytes`: the first file of `results`, its users over and over. */
export async function largeDocument(
  { objects, documents }: ResultDocuments,
  megabytes: number,
): Promise<ResultDocument> {
  const [first] = documents;
  if (!first) throw new RangeError('a job has files');
  return await landed(objects, `large-${first.sha256.slice(0, 12)}-${megabytes}`, async function* () {
    const text = await readFile(first.path);
    const key = '"userResults":[';
    const users = text.subarray(text.indexOf(key) + key.length, text.lastIndexOf('],"lookupIdToSecondaryPresenceId"'));
    yield text.subarray(0, text.indexOf(key) + key.length);
    for (let bytes = 0; bytes < megabytes * 1e6; bytes += users.length) {
      if (bytes > 0) yield Buffer.from(',');
      yield* pieces(Promise.resolve(users));
    }
    yield text.subarray(text.lastIndexOf('],"lookupIdToSecondaryPresenceId"'));
  });
}

async function landed(
  objects: ObjectStore,
  name: string,
  make: () => AsyncIterable<Uint8Array>,
): Promise<ResultDocument> {
  const found = await objects.spool(name);
  const landing = 'landed' in found ? found.landed : await land();
  return { ...landing, path: join(objects.location, landingPath(landing.sha256)) };

  async function land(): Promise<Landing> {
    if ('landed' in found) return found.landed;
    await found.spool.begin({ totalBytes: null, etag: null, encoding: 'identity' });
    await found.spool.append(make(), () => undefined);
    return await found.spool.finish();
  }
}

async function* pieces(whole: Promise<Buffer>): AsyncGenerator<Uint8Array> {
  const bytes = await whole;
  const length = 1024 * 1024;
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function resultFile(organisation: Organisation, unit: Unit, window: ExportWindow, part: 0 | 1): Promise<Buffer> {
  const [start, end] = [window.startAt, window.endAt].map((instant) => Date.parse(instant) / 1000) as [number, number];
  const item = { unit, start, end, userIds: null, includeExceptions: true, includeActuals: true };
  return await adherenceDocument(organisation, { item, timeZone: window.timeZone, part, asOf: AS_OF_SECONDS });
}
