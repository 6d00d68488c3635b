import { progressText } from '../src/cli/progressText.js';
import { busyFigures, busySeconds } from './busyFigures.js';
import { startExportStage } from './exportStage.js';
import { machine, type Report } from './figures.js';

/** Until when two units are exported from the start of 2024: 212 windows, or 32. */
const UNTIL = { full: '2025-01-01', short: '2024-02-26' } as const;

/** Enough that two processors, not the steps of each window, decide. */
const AT_ONCE = 12;

const UNITS = [
  { name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 20 },
  { name: 'London Service Desk', timeZone: 'Europe/London', agents: 20 },
];

/**
 * How many windows of a week an export ends a second where no limit binds and jobs take 0.2 s, with everything on this machine.
 *
 * From an empty warehouse and without knowledge of how long jobs take: both are part of it. What bounds it: the processors where they
 * come to the machine's number, else the time from step to step of so many windows.
 */
export async function speedBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const stage = await startExportStage({ seed: 17, tokenLimitPerMinute: null, jobSeconds: 0.2, units: UNITS }, say);
  try {
    const busyBefore = busySeconds(stage);
    const exportedAt = Date.now();
    const request = {
      datasets: ['adherence', 'occupancy'],
      from: '2024-01-01',
      to: UNTIL[form],
      maxParallelWindows: AT_ONCE,
    };
    const result = await stage.export(request, (progress) => say(progressText(progress, Date.now())));
    const exportSeconds = (Date.now() - exportedAt) / 1000;
    if (result.status !== 'complete')
      throw new Error(`the export ended ${result.status}: ${JSON.stringify(result.gaps)}`);
    return {
      bench: 'speed',
      form,
      about: { windows: result.windows, 'windows at once': AT_ONCE, 'export in s': Math.round(exportSeconds) },
      figures: [
        { name: 'windows a second', value: result.windows / exportSeconds, unit: '/s', must: { atLeast: 4 } },
        ...busyFigures(stage, busyBefore, exportSeconds),
      ],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await stage.close();
  }
}
