import { afterEach, describe, expect, it } from '@jest/globals';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { exportHistories } from '../support/exportHistories.js';
import { payloadSizes } from '../support/historyTexts.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const TEN_YEARS = { datasets: ['adherence' as const], from: '2014-01-01', to: '2024-01-01', exceptions: false };
const DAYS = 3652;
const UNITS = ['Singapore', 'London'].map((name) => ({
  name: `Ten Years ${name}`,
  timeZone: 'Asia/Singapore',
  agents: 1,
}));
const WINDOWS = UNITS.length * Math.ceil(DAYS / 31);
const MOST_EVENTS = 2000;
const LARGEST_PAYLOAD_BYTES = 100_000;

describe('ten years in one request', () => {
  it('are brought, every day of every unit once, by runs of few events and small payloads', async () => {
    environment = await exportEnvironment(address, {
      name: 'ten years',
      organisation: { jobSeconds: 0, historyStarts: TEN_YEARS.from, units: UNITS },
    });
    const startedAtMs = Date.now();
    const handle = await environment.start({ ...TEN_YEARS, maxParallelWindows: 32 });
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: WINDOWS, gaps: [] });
    const seconds = (Date.now() - startedAtMs) / 1000;

    const coverage = await environment.warehouse.query(
      `SELECT count(*)::INTEGER AS days, count(DISTINCT (management_unit_id, local_date))::INTEGER AS different,
              count(*) FILTER (state NOT IN ('loaded', 'empty'))::INTEGER AS missing FROM coverage`,
    );
    const days = UNITS.length * DAYS;
    expect(coverage).toEqual([{ days, different: days, missing: 0 }]);

    const runs = await exportHistories(environment.client, handle.workflowId, handle.firstExecutionRunId);
    const events = (type: string) => runs.filter((run) => run.type === type).map((run) => run.events.length);
    const ofExport = events('historyExport');
    const ofWindows = events('exportWindow');
    const payloads = runs.flatMap((run) => payloadSizes(run.events));
    process.stdout.write(
      `${WINDOWS} windows in ${seconds.toFixed(1)} s: runs of the export with ${ofExport.join(', ')} events, ` +
        `windows with ${Math.max(...ofWindows)} at most; largest payload ${Math.max(...payloads)} bytes\n`,
    );
    expect(ofExport.length).toBeGreaterThan(1);
    expect(ofWindows).toHaveLength(WINDOWS);
    expect(Math.max(...ofExport, ...ofWindows)).toBeLessThan(MOST_EVENTS);
    expect(Math.max(...payloads)).toBeLessThan(LARGEST_PAYLOAD_BYTES);
  }, 300_000);
});
