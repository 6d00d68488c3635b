import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { canonicalText } from '../../domain/canonicalText.js';
import { windowId } from '../../domain/exportWindow.js';
import { type SealedDay, WindowSeal } from '../../domain/seal.js';
import type { CoverageDay, LoadedWindow, WindowLoad } from '../warehouse.js';
import { writeCoverage } from './coverage.js';
import { addSeal, nextSealNumber, unwrittenSeal } from './custody.js';
import { type DecidedDay, decideDays } from './decideDays.js';
import { followFormula } from './occupancyDayView.js';
import { replaceRows } from './replaceRows.js';
import { inTransaction, rowOf } from './rows.js';
import { runChecks, type StagedTable, stageLandings, stageTable } from './stageWindow.js';

/** See `Warehouse.loadWindow`. The connection must have no temporary tables yet, and no other may write meanwhile. */
export async function loadWindow(
  connection: DuckDBConnection,
  load: WindowLoad,
  signal?: AbortSignal,
): Promise<LoadedWindow> {
  const committed = await committedBefore(connection, load);
  if (committed) return committed;

  // An interrupt that falls between two statements stops neither.
  await stageLandings(connection, load);
  signal?.throwIfAborted();
  await runChecks(connection, load);
  const staged: StagedTable[] = [];
  for (const table of load.load.tables) {
    if (table.onlyWhen !== undefined && load.seal.settings[table.onlyWhen] === false) continue;
    staged.push(await stageTable(connection, table, load));
    signal?.throwIfAborted();
  }

  return await inTransaction(connection, async () => {
    const decided = await decideDays(connection, load, staged);
    const loadedAt = await nextLoadedAt(connection, load.loadedAt);
    const taken = await replaceRows(connection, load, staged, decided, loadedAt);
    await followFormula(connection, load.seal.settings['formula']);

    const number = await nextSealNumber(connection, windowId(load.window), load.seal.numbersTaken);
    const seal = sealOf(load, staged, decided, { number, loadedAt, taken });
    const sealed = withText(seal);
    await addSeal(connection, {
      path: sealed.sealPath,
      sha256: sealed.sealSha256,
      content: sealed.text,
      windowId: seal.windowId,
      number,
    });
    await writeCoverage(
      connection,
      decided.map((day) => coverageOf(load, day, sealed.sealPath)),
    );
    signal?.throwIfAborted();
    return { seal, sealPath: sealed.sealPath, sealSha256: sealed.sealSha256 };
  });
}

/**
 * The same load, when it was committed and the caller never heard of it: killed in between, it comes again with the same landings.
 * Once its seal is in the object store, a load is a new one with a seal of its own.
 */
async function committedBefore(connection: DuckDBConnection, load: WindowLoad): Promise<LoadedWindow | null> {
  const waiting = await unwrittenSeal(connection, windowId(load.window));
  if (!waiting) return null;
  const seal = WindowSeal.parse(JSON.parse(waiting.content));
  const facts = ({ requestedAt, requests, landings }: Pick<WindowSeal, 'requestedAt' | 'requests' | 'landings'>) =>
    canonicalText({ requestedAt, requests, landings });
  const { requests, landings } = load.seal;
  const asked = facts({ requestedAt: load.requestedAt, requests: [...requests], landings: [...landings] });
  return facts(seal) === asked ? { seal, sealPath: waiting.path, sealSha256: waiting.sha256 } : null;
}

/** An instant after every earlier load's, so that `loadedAt` orders loads as they were committed, whatever the clock does. */
async function nextLoadedAt(connection: DuckDBConnection, wished: string): Promise<string> {
  const last = await rowOf<{ value: string }>(
    connection,
    `SELECT value FROM warehouse_setting WHERE name = 'last_loaded_at'`,
  );
  const lastMs = last ? Date.parse(last.value) : Number.NEGATIVE_INFINITY;
  const loadedAt = new Date(Math.max(Date.parse(wished), lastMs + 1)).toISOString();
  await connection.run(
    `INSERT INTO warehouse_setting VALUES ('last_loaded_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [loadedAt],
  );
  return loadedAt;
}

function sealOf(
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  outcome: Pick<WindowSeal, 'number' | 'loadedAt' | 'taken'>,
): WindowSeal {
  const { window, seal } = load;
  const { dataset, managementUnitId, businessUnitId, timeZone, from, to, startAt, endAt } = window;
  return {
    v: 1,
    kind: 'window',
    windowId: windowId(window),
    organisationId: seal.organisationId,
    dataset,
    managementUnitId,
    businessUnitId,
    timeZone,
    timeZoneDatabase: seal.timeZoneDatabase,
    from,
    to,
    startAt,
    endAt,
    settings: seal.settings,
    requestedAt: load.requestedAt,
    requests: [...seal.requests],
    landings: [...seal.landings],
    rows: loadedRows(staged, decided),
    days: decided.map((day) => sealedDay(day)),
    leftInLanding: leftInLanding(staged, decided),
    refusedUserIds: [...seal.refusedUserIds],
    ...outcome,
  };
}

function withText(seal: WindowSeal): { text: string; sealPath: string; sealSha256: string } {
  const text = canonicalText(seal);
  const sealSha256 = createHash('sha256').update(text).digest('hex');
  return { text, sealPath: `seals/${seal.windowId}/${seal.number}.json`, sealSha256 };
}

/** Rows that this load wrote, by table. */
function loadedRows(staged: readonly StagedTable[], decided: readonly DecidedDay[]): Record<string, number> {
  const written = decided.filter((day) => day.action === 'replace');
  return Object.fromEntries(
    staged.map(({ load }) => [
      load.table,
      written.reduce((sum, day) => sum + (day.staged.rows.get(load.table) ?? 0), 0),
    ]),
  );
}

/** `rows` and `agents` are what the warehouse has for the day after this load, kept or written: what `verify` recounts. */
function sealedDay(day: DecidedDay): SealedDay {
  return {
    localDate: day.localDate,
    // The day's line in coverage keeps an earlier answer's state; this load did not answer for the day.
    state: day.reason === 'NotCovered' ? 'failed' : day.state,
    rows: Object.fromEntries(rowsAfter(day)),
    agents: day.action === 'replace' ? day.replaced.agents : day.existing.agents,
    kept: day.kept,
    reason: day.reason,
  };
}

function leftInLanding(staged: readonly StagedTable[], decided: readonly DecidedDay[]): Record<string, number> {
  const left = new Map<string, number>();
  const add = (why: string, rows: number) => {
    if (rows > 0) left.set(why, (left.get(why) ?? 0) + rows);
  };
  for (const table of staged) for (const [why, rows] of table.left) add(why, rows);
  for (const day of decided) {
    if (day.action === 'keep') add(day.kept ?? 'NotCovered', sum(day.staged.rows));
  }
  return Object.fromEntries([...left].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The day's line in coverage after the load.
 *
 * `seal` is "the seal whose load the day last passed, changed rows or not": a load that replaced the day's rows, by the same rows even,
 * was passed; one that was held back (`Shrunk`, `Older`) or did not reach the day (`NotCovered`) was not, and the rows that stand are
 * still those of the earlier seal, which is the one that `verify` must compare them with.
 */
function coverageOf(load: WindowLoad, day: DecidedDay, sealPath: string): CoverageDay {
  const { dataset, managementUnitId } = load.window;
  const kept = day.action === 'keep';
  return {
    dataset,
    managementUnitId,
    localDate: day.localDate,
    state: day.state,
    windowId: (kept && day.before?.seal ? day.before.windowId : null) ?? windowId(load.window),
    seal: kept ? (day.before?.seal ?? null) : sealPath,
    rows: sum(rowsAfter(day)),
    requestedAt: day.requestedAt,
    reason: day.reason,
  };
}

/** Rows that the warehouse has for the day after the load, by table: tables that were not asked for keep what they had. */
function rowsAfter(day: DecidedDay): Map<string, number> {
  if (day.action === 'keep') return new Map(day.existing.rows);
  return new Map([...day.existing.rows, ...day.replaced.rows]);
}

function sum(rows: ReadonlyMap<string, number>): number {
  return [...rows.values()].reduce((total, value) => total + value, 0);
}
