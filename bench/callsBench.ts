import { minimumCalls } from '../src/domain/minimumCalls.js';
import type { SimulatorCounts } from '../src/simulator/control/counters.js';
import { progressText } from '../src/cli/progressText.js';
import { startExportStage } from './exportStage.js';
import { type Figure, machine, type Report } from './figures.js';

/** How much is exported: some 130 windows of each dataset, or 8. Nobody joins or leaves, so that the fewest calls are known exactly. */
const SIZES = {
  full: {
    from: '2024-01-01',
    to: '2024-11-04',
    units: [
      { name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 20 },
      { name: 'London Service Desk', timeZone: 'Europe/London', agents: 20 },
      { name: 'New York Service Desk', timeZone: 'America/New_York', agents: 130 },
    ],
  },
  short: {
    from: '2024-01-01',
    to: '2024-02-26',
    units: [{ name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 20 }],
  },
};

/** How many calls an export makes, and how soon it notices that a job is done, where jobs take 2 to 20 s and 300 calls a minute are allowed. */
export async function callsBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const { from, to, units } = SIZES[form];
  const startedAt = Date.now();
  const stage = await startExportStage({ seed: 11, turnover: false, units, jobSeconds: { min: 2, max: 20 } }, say);
  try {
    // What the worker asks when it starts is no export's.
    await stage.resetCounts();
    const exportedAt = Date.now();
    const result = await stage.export({ datasets: ['adherence', 'occupancy'], from, to }, (progress) =>
      say(progressText(progress, Date.now())),
    );
    const exportSeconds = (Date.now() - exportedAt) / 1000;
    const counts = await stage.counts();
    if (result.status !== 'complete')
      throw new Error(`the export ended ${result.status}: ${JSON.stringify(result.gaps)}`);
    return {
      bench: 'calls',
      form,
      about: { windows: result.windows, 'jobs of seconds': '2-20', 'export in s': Math.round(exportSeconds) },
      figures: figuresOf(counts, result.windows, units),
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await stage.close();
  }
}

function figuresOf(counts: SimulatorCounts, windows: number, units: readonly { agents: number }[]): Figure[] {
  const windowsOfUnit = windows / 2 / units.length;
  const minimum = minimumCalls({
    managementUnits: units.length,
    businessUnits: 1,
    adherenceWindows: windows / 2,
    occupancyWindowUsers: units.flatMap(({ agents }) => Array<number>(windowsOfUnit).fill(agents)),
  }).total;
  const made = counts.made - counts.refused;
  const jobs = counts.jobs.requests.flatMap((request) => request.jobs);
  const waits = jobs.map(({ endsAtMs, noticedAtMs }) => ((noticedAtMs ?? Number.NaN) - endsAtMs) / 1000);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const noticed = mean(waits);
  const lasted = mean(jobs.map(({ arrivedAtMs, endsAtMs }) => (endsAtMs - arrivedAtMs) / 1000));
  return [
    { name: 'calls made, less refused', value: made, unit: 'calls' },
    { name: 'the fewest possible', value: minimum, unit: 'calls' },
    {
      name: 'calls against the fewest possible',
      value: made / minimum,
      unit: '×',
      must: { atMost: 1.25 },
      recorded: { as: 'calls against the fewest', better: 'lower' },
    },
    { name: 'jobs took, on average', value: lasted, unit: 's' },
    { name: 'an ended job was noticed after, on average', value: noticed, unit: 's', must: { atMost: 5 } },
    { name: 'an ended job was noticed after, at most', value: Math.max(...waits), unit: 's' },
    {
      name: 'a job with the wait until it was noticed, against the job alone',
      value: (lasted + noticed) / lasted,
      unit: '×',
      recorded: { as: 'noticed jobs against jobs', better: 'lower' },
    },
  ];
}
