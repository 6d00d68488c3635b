import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATASETS } from '../../src/datasets/datasets.js';
import { sliceLanding } from '../../src/datasets/sliceLanding.js';
import { localDays, startOfLocalDay } from '../../src/domain/calendar.js';
import type { DatasetName, ExportWindow } from '../../src/domain/exportWindow.js';
import type { LoadedWindow, SlicedLanding, Warehouse, WindowLoad } from '../../src/warehouse/warehouse.js';

/** A window of a unit in `timeZone`; the units of these tests are in one business unit. */
export function windowOf(
  dataset: DatasetName,
  managementUnitId: string,
  from: string,
  to: string,
  timeZone = 'Asia/Singapore',
): ExportWindow {
  return {
    dataset,
    managementUnitId,
    businessUnitId: 'bu-1',
    timeZone,
    from,
    to,
    startAt: startOfLocalDay(timeZone, from),
    endAt: startOfLocalDay(timeZone, to),
  };
}

export interface LoadChanges {
  readonly requestedAt?: string;
  readonly loadedAt?: string;
  readonly provisionalFrom?: string;
  readonly force?: boolean;
  readonly dayReasons?: Record<string, string>;
  readonly settings?: Record<string, string | number | boolean>;
  readonly refusedUserIds?: readonly string[];
  readonly numbersTaken?: readonly number[];
}

const SETTINGS = {
  adherence: { exceptions: true, actuals: true },
  occupancy: { granularity: 'PT30M', formula: 'genesys' },
  schedules: {},
} as const;

/** Cuts documents as they would land and loads them into the window's days. A string is a landing's bytes as they are. */
export async function loadDocuments(
  warehouse: Warehouse,
  window: ExportWindow,
  documents: readonly (object | string)[],
  changes: LoadChanges = {},
): Promise<LoadedWindow> {
  const scratch = await mkdtemp(join(tmpdir(), 'rosterline-load-'));
  try {
    return await warehouse.loadWindow(await windowLoad(window, documents, scratch, changes));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The argument of `Warehouse.loadWindow`, with its lines in `scratch`. */
export async function windowLoad(
  window: ExportWindow,
  documents: readonly (object | string)[],
  scratch: string,
  changes: LoadChanges = {},
): Promise<WindowLoad> {
  const dataset = DATASETS[window.dataset];
  const landings: SlicedLanding[] = [];
  const sealed: WindowLoad['seal']['landings'][number][] = [];
  const requestedAt = changes.requestedAt ?? '2026-01-10T00:00:00.000Z';
  for (const [index, document] of documents.entries()) {
    const bytes = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    sealed.push({ sha256, bytes: bytes.length, encoding: 'identity', receivedAt: requestedAt });
    landings.push(
      await sliceLanding({
        body: oneChunk(bytes),
        encoding: 'identity',
        sha256,
        sliceArray: dataset.load.sliceArray,
        ndjsonPath: join(scratch, `${index}.ndjson`),
        readEnvelope: (envelope) => dataset.readEnvelope(envelope, window),
      }),
    );
  }
  return {
    window,
    days: localDays(window.timeZone, window.from, window.to),
    load: dataset.load,
    landings,
    requestedAt,
    loadedAt: changes.loadedAt ?? '2026-01-10T00:01:00.000Z',
    provisionalFrom: changes.provisionalFrom ?? '2026-01-01',
    force: changes.force ?? false,
    dayReasons: changes.dayReasons ?? {},
    seal: {
      organisationId: 'org-1',
      timeZoneDatabase: '2026a',
      settings: { ...SETTINGS[window.dataset], ...changes.settings },
      requests: [],
      landings: sealed,
      refusedUserIds: changes.refusedUserIds ?? [],
      numbersTaken: changes.numbersTaken ?? [],
    },
  };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** An adherence result of one window, as Genesys writes it: everything in offsets from its start. */
export function adherenceDocument(window: ExportWindow, userResults: readonly object[], more: object = {}): object {
  return {
    startDate: window.startAt,
    endDate: window.endAt,
    managementUnitId: window.managementUnitId,
    lookupIdToSecondaryPresenceId: { '1': 'presence-lunch', '2': 'presence-training' },
    userResults,
    ...more,
  };
}

/** Day metrics of someone who was scheduled for eight hours and missed one of them. */
export function dayMetrics(dayStartOffsetSeconds: number, changes: object = {}): object {
  return {
    dayStartOffsetSeconds,
    adherenceScheduleSeconds: 28_800,
    conformanceScheduleSeconds: 25_200,
    conformanceActualSeconds: 26_460,
    exceptionCount: 1,
    exceptionDurationSeconds: 3600,
    impactSeconds: -600,
    scheduleLengthSeconds: 30_600,
    actualLengthSeconds: 30_000,
    adherencePercentage: 87.5,
    conformancePercentage: 105,
    ...changes,
  };
}

/** A user's result with a day of metrics at each offset (in days of 24 hours). */
export function userResult(userId: string, days: readonly number[], more: object = {}): object {
  return { userId, exceptionInfo: [], dayMetrics: days.map((day) => dayMetrics(day * 86_400)), ...more };
}

/** An adherence result in which each of the users has a day on each of the window's first `days` days. */
export function adherenceOf(window: ExportWindow, users: readonly string[], days: number): object {
  const offsets = [...Array(days).keys()];
  return adherenceDocument(
    window,
    users.map((user) => userResult(user, offsets)),
  );
}

/** A bucket of a users aggregates answer; times in milliseconds by routing status. */
export function bucket(startAt: string, times: Record<string, number>, minutes = 30): object {
  const endAt = new Date(Date.parse(startAt) + minutes * 60_000).toISOString();
  return {
    interval: `${startAt}/${endAt}`,
    metrics: Object.entries(times).map(([qualifier, sum]) => ({
      metric: 'tAgentRoutingStatus',
      qualifier,
      stats: { sum, count: 1 },
    })),
  };
}

/** A users aggregates answer with one result a user. */
export function aggregates(users: Readonly<Record<string, readonly object[]>>): object {
  return {
    systemToOrganizationMappings: {},
    results: Object.entries(users).map(([userId, data]) => ({ group: { userId }, data })),
  };
}
