import { progressText } from '../src/cli/progressText.js';
import { busyFigures, busySeconds } from './busyFigures.js';
import { startExportStage } from './exportStage.js';
import { type Figure, machine, type Report } from './figures.js';
import { MemoryWatch } from './memoryWatch.js';

/** How much is exported. Options of the command line replace parts of it. */
export interface MemorySize {
  readonly years: number;
  readonly agents: number;
}

/** Full is what the project's promise names. Short still fills every cache that a worker has but the tables'. */
export const MEMORY_SIZES: Readonly<Record<Report['form'], MemorySize & { readonly weeks?: number }>> = {
  full: { years: 5, agents: 200 },
  short: { years: 1, agents: 25, weeks: 8 },
};

const ZONES = ['Asia/Singapore', 'Europe/London', 'America/New_York', 'Australia/Sydney'];
const LAST_YEAR = 2024;

/**
 * Resident memory of the worker over an export of `years` of adherence of four units, then of occupancy for the last of them.
 *
 * The limit of calls is off and jobs take 0.2 s, so that the worker, not a wait, decides. Also tells windows a second, and how busy each
 * process was: on two cores, what comes to 2 in all, or a process near 1 that has one thread, is what bounds it.
 */
export async function memoryBench(
  form: Report['form'],
  size: MemorySize & { readonly weeks?: number },
  say: (line: string) => void,
): Promise<Report> {
  const startedAt = Date.now();
  const from = `${LAST_YEAR + 1 - size.years}-01-01`;
  const stage = await startExportStage(
    {
      seed: 13,
      tokenLimitPerMinute: null,
      jobSeconds: 0.2,
      historyStarts: from,
      units: ZONES.map((timeZone) => ({ name: `${timeZone} Desk`, timeZone, agents: size.agents })),
    },
    say,
  );
  try {
    const watch = new MemoryWatch(stage.processes.worker);
    const busyBefore = busySeconds(stage);
    const exportedAt = Date.now();
    const telling = (text: string): void => say(`${text}; worker ${Math.round(watch.latestBytes / 1e6)} MB`);
    let windows = 0;
    for (const [dataset, first] of [
      ['adherence', from],
      ['occupancy', `${LAST_YEAR}-01-01`],
    ] as const) {
      const input = { datasets: [dataset], from: first, to: lastDay(size) };
      const result = await stage.export(input, (progress) =>
        telling(`${dataset}: ${progressText(progress, Date.now())}`),
      );
      if (result.status !== 'complete')
        throw new Error(`${dataset} ended ${result.status}: ${JSON.stringify(result.gaps)}`);
      windows += result.windows;
    }
    const exportSeconds = (Date.now() - exportedAt) / 1000;
    const quarters = watch.end();
    return {
      bench: 'memory',
      form,
      about: {
        'years of adherence': size.weeks === undefined ? size.years : `${size.weeks} weeks`,
        units: ZONES.length,
        'agents each': size.agents,
        windows,
        'export in s': Math.round(exportSeconds),
      },
      figures: [
        ...memoryFigures(quarters),
        { name: 'windows a second', value: windows / exportSeconds, unit: '/s' },
        ...busyFigures(stage, busyBefore, exportSeconds),
      ],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await stage.close();
  }
}

/** Exclusive. */
function lastDay({ weeks }: { readonly weeks?: number }): string {
  if (weeks === undefined) return `${LAST_YEAR + 1}-01-01`;
  return new Date(Date.UTC(LAST_YEAR, 0, 1 + weeks * 7)).toISOString().slice(0, 10);
}

function memoryFigures(quarters: readonly number[]): Figure[] {
  const peak = Math.max(...quarters) / 1e6;
  const LIMIT_MB = 600;
  return [
    { name: 'worker, peak', value: peak, unit: 'MB', must: { atMost: LIMIT_MB } },
    ...quarters.map((bytes, index) => ({
      name: `worker, peak of quarter ${index + 1} of the run`,
      value: bytes / 1e6,
      unit: 'MB',
    })),
    {
      name: 'last quarter against the first',
      value: (quarters.at(-1) ?? Number.NaN) / (quarters[0] ?? Number.NaN),
      unit: '×',
      must: { atMost: 1.15 },
    },
    {
      name: `peak against ${LIMIT_MB} MB`,
      value: peak / LIMIT_MB,
      unit: '×',
      recorded: { as: `memory against ${LIMIT_MB} MB`, better: 'lower' },
    },
  ];
}
