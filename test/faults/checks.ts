import type { DatasetName } from '../../src/domain/exportWindow.js';
import type { Gap } from '../../src/domain/gap.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { PERSON_NAMES } from '../../src/simulator/data/personNames.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import type { ExportRig } from '../support/exportRig.js';
import {
  coverageOf,
  expectedCoverage,
  datasetOf,
  EXPORT_TABLES,
  type ExportTable,
  factRows,
  truth,
  type UnitRange,
} from '../support/exportTruth.js';
import { textsIn, walkHistories } from '../support/historyTexts.js';
import { type PlainRow, rowDifferences } from '../support/rowDifferences.js';

/** One thing that must hold at the end of a run, and what was found. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
}

/** What an export was asked for, as far as the truth depends on it. */
export interface Asked extends UnitRange {
  readonly datasets: readonly DatasetName[];
  readonly exceptions: boolean;
  readonly actuals: boolean;
}

/** Events that no run of a workflow may exceed. */
const MOST_EVENTS = 2000;

/** Compares every row of every table with the oracle, and every day's coverage; days of `gaps` are to be failed and without rows. */
export async function dataChecks(
  rig: ExportRig,
  options: SimulatorOptions,
  asked: Asked,
  gaps: readonly Gap[],
): Promise<Check[]> {
  const isGap = (row: PlainRow, dataset: string): boolean =>
    gaps.some(
      (gap) =>
        gap.dataset === dataset &&
        gap.managementUnitId === (row['management_unit_id'] ?? row['managementUnitId']) &&
        gap.from <= String(row['local_date'] ?? row['localDate']) &&
        String(row['local_date'] ?? row['localDate']) < gap.to,
    );
  const whole = truth(rig.simulator, options, asked);
  const expected = Object.fromEntries(
    EXPORT_TABLES.map((table) => [
      table,
      whole[table].filter(() => isAsked(table, asked)).filter((row) => !isGap(row, datasetOf(table))),
    ]),
  ) as unknown as typeof whole;
  const checks: Check[] = [];
  for (const table of EXPORT_TABLES) {
    const differences = rowDifferences(await factRows(rig, table), expected[table]);
    const same = differences.counts === undefined;
    const found = same ? `${expected[table].length.toLocaleString('en')} equal` : JSON.stringify(differences);
    checks.push({ name: `rows of ${table}`, ok: same, found });
  }
  const days = expectedCoverage(rig.simulator, expected, asked, asked.datasets).map((day) => {
    const gap = gaps.find((one) => one.dataset === day['dataset'] && isGap(day, one.dataset));
    if (gap) return { ...day, state: 'failed', reason: gap.reason, sealed: false };
    return day['dataset'] === 'occupancy' && isGap(day, 'adherence') ? { ...day, reason: 'PresentUsersOnly' } : day;
  });
  const coverage = rowDifferences(await coverageOf(rig), days);
  checks.push({
    name: 'coverage',
    ok: coverage.counts === undefined,
    found: coverage.counts ? JSON.stringify(coverage) : `${days.length} days, ${gaps.length} gaps`,
  });
  return checks;
}

function isAsked(table: ExportTable, { datasets, exceptions, actuals }: Asked): boolean {
  if (table === 'adherence_exception' && !exceptions) return false;
  if (table === 'adherence_actual' && !actuals) return false;
  return datasets.includes(datasetOf(table));
}

/**
 * Verifies objects, chain and rows against the head that the export handed over.
 *
 * @param signed whether one key is to have signed every entry.
 */
export async function custodyCheck(
  rig: ExportRig,
  { head, windows }: HistoryExportResult,
  signed = false,
): Promise<Check> {
  const { ok, objects, signatures, keys, broken } = await rig.verify(head);
  const found = ok
    ? `${windows} windows, ${objects} objects, ${signatures} signatures`
    : JSON.stringify(broken.slice(0, 3));
  return { name: 'verify', ok: ok && (!signed || (keys.length === 1 && keys[0]?.from === 1 && signatures > 1)), found };
}

/**
 * Reads every history: how long the longest is, and whether any holds a name, a secret, a token or a signed link.
 *
 * @param secrets of this run beside the simulator's.
 */
export async function historyChecks(rig: ExportRig, secrets: readonly string[] = []): Promise<Check[]> {
  const histories = await walkHistories(rig.client);
  const longest = Math.max(...histories.map(({ events }) => events.length));
  const { clientId, clientSecret, otherClient } = rig.simulator;
  const forbidden = [
    ...PERSON_NAMES.filter((name) => name.length > 4).flatMap((name) => [name, JSON.stringify(name).slice(1, -1)]),
    ...secrets,
    clientSecret,
    otherClient.clientSecret,
    Buffer.from(`${clientId}:${clientSecret}`).toString('base64'),
    ...rig.simulator.accessTokens(),
    '/downloads/',
    'Signature',
    'Bearer ',
  ];
  const texts = histories.flatMap(({ events }) => textsIn(events));
  const told = forbidden.filter((word) => texts.some((text) => text.includes(word)));
  return [
    {
      name: 'longest history',
      ok: longest <= MOST_EVENTS,
      found: `${longest} events in ${histories.length} histories`,
    },
    {
      name: 'secrets and names in histories',
      ok: told.length === 0,
      found: told.length === 0 ? 'none' : told.join(', '),
    },
  ];
}
