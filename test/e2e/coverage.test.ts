import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CoverageReport } from '../../src/cli/coverage/coverageReport.js';
import type { StatusReport } from '../../src/cli/status/statusReport.js';
import type { CoverageFinding } from '../../src/domain/coverage/coverageFinding.js';
import { askOwner } from '../../src/temporal/owner/askOwner.js';
import { inspectWarehouse } from '../../src/warehouse/duckdb/inspectWarehouse.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { ownPort } from '../support/ownPort.js';
import { lastJson, runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';
import { PROVENANCE, without } from '../support/withoutColumns.js';

await temporalServer();

const MINUTES = 60_000;
const TABLES = ['adherence_day', 'adherence_exception', 'occupancy_interval'];

let rig: ExportRig;
let leeds: string;
let austin: string;
let rowsBefore: Record<string, unknown>[][];

beforeAll(async () => {
  rig = await startExportRig('coverage', {
    seed: 7,
    jobSeconds: 0.1,
    tokenLimitPerMinute: null,
    units: [
      { name: 'Leeds', timeZone: 'Europe/London', agents: 6 },
      { name: 'Austin', timeZone: 'America/Chicago', agents: 6 },
    ],
  });
  [leeds, austin] = ['Leeds', 'Austin'].map((name) => rig.simulator.units.find((unit) => unit.name === name)?.id) as [
    string,
    string,
  ];
  const worker = await rig.startWorker();
  await rig.export({ from: '2024-03-04', to: '2024-03-18' }, 'whole');
  await worker.stop();
  rowsBefore = await rows();
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

async function rows(): Promise<Record<string, unknown>[][]> {
  return await rig.read((warehouse) =>
    Promise.all(
      TABLES.map(async (table) =>
        (await warehouse.query(`SELECT * FROM ${table} ORDER BY user_id, local_date, 3, 4`)).map((row) =>
          without(row, ...PROVENANCE),
        ),
      ),
    ),
  );
}

/** A day deleted, some people's intervals of another, two days failed: as a bad restore or a careless hand would leave them. */
async function breakWarehouse(): Promise<void> {
  const instance = await DuckDBInstance.fromCache(rig.warehousePath);
  const connection = await instance.connect();
  const deleteDays = async (unit: string, dates: string) => {
    for (const table of ['adherence_day', 'adherence_exception'])
      await connection.run(`DELETE FROM ${table} WHERE management_unit_id = '${unit}' AND local_date IN (${dates})`);
  };
  await deleteDays(leeds, `'2024-03-05'`);
  await connection.run(
    `DELETE FROM coverage WHERE dataset = 'adherence' AND management_unit_id = '${leeds}' AND local_date = '2024-03-05'`,
  );
  await connection.run(
    `DELETE FROM occupancy_interval WHERE management_unit_id = '${austin}' AND local_date = '2024-03-07'
     AND user_id IN (SELECT DISTINCT user_id FROM occupancy_interval WHERE management_unit_id = '${austin}'
       AND local_date = '2024-03-07' ORDER BY 1 LIMIT 2)`,
  );
  await deleteDays(austin, `'2024-03-12', '2024-03-13'`);
  await connection.run(
    `UPDATE coverage SET state = 'failed', reason = 'TooLarge', "rows" = 0
     WHERE dataset = 'adherence' AND management_unit_id = '${austin}' AND local_date IN ('2024-03-12', '2024-03-13')`,
  );
  connection.disconnectSync();
  instance.closeSync();
}

describe('rosterline coverage', () => {
  it(
    'names each day that is broken and each night that is not there, by text, JSON and exit code',
    async () => {
      await breakWarehouse();
      const config = join(rig.directory, 'rosterline.yaml');
      await writeFile(config, 'nightly:\n  - { name: all-units, at: "02:30", timeZone: Europe/London }\n');
      const settings = { ...rig.environment, ROSTERLINE_CONFIG: config };
      const ended = await runRosterline(['coverage', '--to', '2024-03-18', '--json'], settings);

      expect(ended.code).toBe(3);
      const { findings, temporal, units } = lastJson(ended) as CoverageReport;
      expect(findings.map(named)).toEqual([
        ['gap', 'adherence', austin, '2024-03-12', '2024-03-14', 'TooLarge'],
        ['neverLoaded', 'adherence', leeds, '2024-03-05', '2024-03-06', null],
        ['fell', 'occupancy', austin, '2024-03-07', '2024-03-08', null],
      ]);
      expect(temporal).toMatchObject({ exportsRun: false, missedNights: [{ name: 'all-units', since: null }] });
      expect(units.map(({ days }) => Object.values(days).reduce((sum, count) => sum + count, 0))).toEqual([
        14, 14, 14, 14,
      ]);
      expect(ended.stderr).toContain('gap: adherence of Austin');
      expect(ended.stderr).toMatch(/^ {2}Leeds +#\.#/m);
      expect(ended.stderr).toContain('not on the Temporal server: rosterline nightly apply');
      expect(ended.stderr).toContain('coverage is not whole: 4 of 56 days at fault, 1 night missed');
    },
    2 * MINUTES,
  );

  it(
    'repairs exactly those days, beside a worker whose metrics had named them',
    async () => {
      const port = await ownPort('127.0.0.1');
      await rig.startWorker([], { ROSTERLINE_METRICS_PORT: String(port) });
      const faults = await eventually('the metrics name the faults', async () => {
        const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        const found = [...page.matchAll(/^rosterline_coverage_faults\{(.*)\} (\d+)$/gm)];
        return found.length > 0 && new Map(found.map(([, labels = '', days]) => [labels, Number(days)]));
      });
      const daysOf = (dataset: string, fault: string) =>
        [...faults].find(
          ([labels]) => labels.includes(`dataset="${dataset}"`) && labels.includes(`fault="${fault}"`),
        )?.[1];
      expect(daysOf('adherence', 'gap')).toBe(2);
      expect(daysOf('adherence', 'neverLoaded')).toBe(1);
      expect(daysOf('occupancy', 'fell')).toBe(1);
      expect(daysOf('occupancy', 'gap')).toBe(0);

      const since = new Date().toISOString();
      const held = keepHeld(rig.warehousePath);
      const [judged, status] = await Promise.all([
        runRosterline(['coverage', '--json'], rig.environment),
        runRosterline(['status', '--json'], rig.environment),
      ]);
      expect(await held.stop()).toEqual([]);
      expect(judged.code).toBe(3);
      expect((lastJson(judged) as CoverageReport).findings).toHaveLength(3);
      const { coverage } = lastJson(status) as StatusReport;
      expect(coverage).toMatchObject({
        known: true,
        value: {
          datasets: [
            { dataset: 'adherence', days: { failed: 2, missing: 1 }, faults: { gap: 2, neverLoaded: 1, fell: 0 } },
            { dataset: 'occupancy', days: { failed: 0, missing: 0 } },
            { dataset: 'schedules', until: null },
          ],
        },
      });

      const ended = await runRosterline(['coverage', 'repair', '--wait', '--json'], rig.environment);
      expect({ code: ended.code, left: (lastJson(ended) as { left: unknown }).left }).toEqual({ code: 0, left: [] });
      expect(await windowsSince(since)).toEqual(
        [
          `export/adherence/${austin}/2024-03-12_2024-03-14`,
          `export/adherence/${leeds}/2024-03-05_2024-03-06`,
          `export/occupancy/${austin}/2024-03-07_2024-03-08`,
        ].sort(),
      );
      expect(await rows()).toEqual(rowsBefore);
    },
    3 * MINUTES,
  );

  it(
    'is whole then, and judges the warehouse also where no Temporal server answers',
    async () => {
      const settings = { ...rig.environment, TEMPORAL_ADDRESS: `127.0.0.1:${await ownPort('127.0.0.1')}` };
      const ended = await runRosterline(['coverage'], settings);
      expect(ended.code).toBe(0);
      expect(ended.stdout).toContain('coverage is whole: 56 days as they should be');
      expect(ended.stdout).toContain('Temporal could not be asked for nights that were missed');
      expect(ended.stdout).toMatch(/^ {2}Leeds +[#0]{14}$/m);
    },
    2 * MINUTES,
  );
});

/**
 * Has the worker keep the file, as loads all night would.
 *
 * @returns the looks at which it was not held, once it is stopped.
 */
function keepHeld(path: string): { stop: () => Promise<string[]> } {
  const free: string[] = [];
  const stopping = new AbortController();
  const kept = (async () => {
    while (!stopping.signal.aborted) {
      await askOwner(path).query('SELECT 1');
      const answeredMs = performance.now();
      const { state } = await inspectWarehouse(path);
      // The worker keeps it for three seconds: a machine that stood still for most of them says nothing.
      if (state !== 'held' && performance.now() - answeredMs < 2_000) free.push(state);
      await sleep(300);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await kept;
      return free;
    },
  };
}

function named({ fault, dataset, managementUnitId, from, to, reason }: CoverageFinding): unknown[] {
  return [fault, dataset, managementUnitId, from, to, reason];
}

/** Ids of the windows that were started since, once the list of workflows has all of them. */
async function windowsSince(since: string): Promise<string[]> {
  const query = `WorkflowType = "exportWindow" AND StartTime > "${since}"`;
  return await eventually('the list has the windows', async () => {
    const ids: string[] = [];
    for await (const { workflowId } of rig.client.workflow.list({ query })) ids.push(workflowId);
    return ids.length >= 3 && ids.sort();
  });
}
