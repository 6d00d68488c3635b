import { progressText } from '../src/cli/progressText.js';
import { minimumCalls } from '../src/domain/minimumCalls.js';
import { rowsRewritten, totalChanges } from '../src/domain/rowChanges.js';
import type { SimulatorCounts } from '../src/simulator/control/counters.js';
import { startExportStage } from './exportStage.js';
import { machine, type Report } from './figures.js';

/** Days that Genesys may still restate: two windows of each dataset. */
const HORIZON_DAYS = 14;

const ZONES = ['Asia/Singapore', 'Europe/London', 'America/New_York', 'Europe/Berlin'];

/** Units and agents of each; nobody joins or leaves, so that the fewest calls are known exactly. */
const SIZES = { full: { units: 20, agents: 20 }, short: { units: 4, agents: 5 } };

/**
 * What a night costs where Genesys has restated nothing: rows that were written all the same, and calls against the fewest possible.
 *
 * Everything is loaded beforehand, as a nightly load that has run for weeks leaves it; jobs take 2 to 20 s and 300 calls a minute are
 * allowed.
 */
export async function nightlyBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const { units: unitCount, agents } = SIZES[form];
  const units = Array.from({ length: unitCount }, (_, index) => ({
    name: `Desk ${index + 1}`,
    timeZone: ZONES[index % ZONES.length] ?? 'UTC',
    agents,
  }));
  const startedAt = Date.now();
  const stage = await startExportStage({ seed: 12, turnover: false, units, jobSeconds: { min: 2, max: 20 } }, say);
  try {
    // As far back as a night looks; of each unit up to the same day, so that no night finds one that is missing.
    await stage.nightly({ horizonDays: HORIZON_DAYS, lookBackDays: HORIZON_DAYS }, (progress) =>
      say(`loading what is there before: ${progressText(progress, Date.now())}`),
    );
    await stage.resetCounts();
    const nightAt = Date.now();
    const night = await stage.nightly({ horizonDays: HORIZON_DAYS, lookBackDays: HORIZON_DAYS }, (progress) =>
      say(progressText(progress, Date.now())),
    );
    const seconds = (Date.now() - nightAt) / 1000;
    if (night.status !== 'complete') throw new Error(`the night ended ${night.status}: ${JSON.stringify(night.gaps)}`);
    const changes = totalChanges(night.changes);
    const daysRead = night.units.reduce((sum, unit) => sum + unit.daysRead, 0);
    return {
      bench: 'nightly',
      form,
      about: { units: unitCount, agents: unitCount * agents, 'exports of the night': night.exports.length },
      table: {
        head: ['table', 'unchanged', 'inserted', 'changed', 'deleted'],
        rows: Object.entries(night.changes).map(([table, { unchanged, inserted, changed, deleted }]) => [
          ...[table, unchanged, inserted, changed, deleted],
        ]),
        right: [],
      },
      figures: [
        { name: 'days read again', value: daysRead, unit: 'days' },
        { name: 'rows compared', value: changes.unchanged, unit: 'rows' },
        {
          name: 'rows rewritten',
          value: rowsRewritten(changes),
          unit: 'rows',
          must: { atMost: 0 },
          inEveryForm: true,
        },
        ...callFigures(await stage.counts(), unitCount, agents),
        { name: 'the night took', value: seconds, unit: 's' },
      ],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await stage.close();
  }
}

function callFigures(counts: SimulatorCounts, units: number, agents: number): Report['figures'] {
  const windowsAUnit = Math.ceil(HORIZON_DAYS / 7);
  const minimum = minimumCalls({
    managementUnits: units,
    businessUnits: 1,
    adherenceWindows: units * windowsAUnit,
    occupancyWindowUsers: Array<number>(units * windowsAUnit).fill(agents),
  }).total;
  const made = counts.made - counts.refused;
  return [
    { name: 'calls made, less refused', value: made, unit: 'calls' },
    { name: 'the fewest possible', value: minimum, unit: 'calls' },
    { name: 'calls against the fewest possible', value: made / minimum, unit: '×', must: { atMost: 1.25 } },
  ];
}
