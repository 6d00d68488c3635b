import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type Output } from '../src/cli/output.js';
import { runCommand } from '../src/cli/runCommand.js';
import { createStatusLine } from '../src/cli/statusLine.js';
import { cacheDirectory } from '../src/temporal/cacheDirectory.js';
import { callsBench } from './callsBench.js';
import { holds, type Report, reportText, table } from './figures.js';
import { loadBench } from './loadBench.js';
import { MEMORY_SIZES, memoryBench, type MemorySize } from './memoryBench.js';
import { speedBench } from './speedBench.js';
import { compared, type Comparison, readRecord, writeRecord } from './record.js';

interface Options {
  short?: boolean;
  json?: boolean;
}

const BENCHES = {
  load: (form, say) => loadBench(form, join(cacheDirectory(process.env), 'bench'), say),
  calls: (form, say) => callsBench(form, say),
  speed: (form, say) => speedBench(form, say),
  memory: (form, say) => memoryBench(form, MEMORY_SIZES[form], say),
} as const satisfies Record<Report['bench'], (form: Report['form'], say: (line: string) => void) => Promise<Report>>;

const program = new Command('npm run bench --')
  .description(
    'Measures Rosterline on this machine. Each prints a table, or with --json one JSON object. Exit code 1: a promise does not hold.',
  )
  .showHelpAfterError();

add('load', 'landings to rows: against one read_json, and to lines alone; a minute');
add('calls', 'API calls against the fewest possible, jobs noticed; three minutes');
add('speed', 'windows a second where no limit binds; a minute');
add('memory', 'resident memory of a worker over five years of four units; a quarter of an hour')
  .option('--years <n>', 'years of adherence (default 5)', wholeNumber)
  .option('--agents <n>', 'agents of each of the four units (default 200)', wholeNumber);

program
  .command('ci')
  .description(
    'short forms of load, calls and memory; fails when a ratio is worse than the recorded one by more than a third; a minute and a half',
  )
  .option('--json', 'print one JSON object and nothing else on standard output')
  .action((options: Options) =>
    runCommand(options.json ?? false, async (output) => {
      const recorded = readRecord();
      const reports: Report[] = [];
      const comparisons: Comparison[] = [];
      for (const name of ['load', 'calls', 'memory'] as const) {
        let report = await measured(name, 'short', output);
        // Another program may have had the machine: what is really slower is slower twice.
        if (compared(report, recorded).some(({ regressed }) => regressed))
          report = await measured(name, 'short', output);
        reports.push(report);
        comparisons.push(...compared(report, recorded));
      }
      output.say(comparisonText(comparisons));
      const ok = !comparisons.some(({ regressed }) => regressed);
      output.result({ ok, recorded, comparisons, reports });
      return ok ? 0 : 1;
    }),
  );

program
  .command('record')
  .description(
    'runs the short forms and writes their ratios to bench/recorded.json, which ci compares with; leave the machine alone meanwhile',
  )
  .option('--json', 'print one JSON object and nothing else on standard output')
  .action((options: Options) =>
    runCommand(options.json ?? false, async (output) => {
      const reports: Report[] = [];
      for (const name of ['load', 'calls', 'memory'] as const) reports.push(await measured(name, 'short', output));
      const recorded = writeRecord(reports, 'npm run bench record');
      output.say(`recorded in bench/recorded.json: ${JSON.stringify(recorded.ratios)}`);
      output.result({ recorded, reports });
      return 0;
    }),
  );

if (process.argv.length < 3) program.outputHelp();
else await program.parseAsync();

function add(name: Report['bench'], description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--short', 'a smaller measurement, as in ci: shows regressions, not whether promises hold')
    .option('--json', 'print one JSON object and nothing else on standard output')
    .action((options: Options & Partial<MemorySize>) =>
      runCommand(options.json ?? false, async (output) => {
        const form = options.short ? 'short' : 'full';
        const { years, agents } = options;
        const report = await measured(name, form, output, { ...(years && { years }), ...(agents && { agents }) });
        output.result(report);
        return report.figures.some((figure) => holds(figure, report.form) === false) ? 1 : 0;
      }),
    );
}

/** Runs one, telling how far it is on standard error. */
async function measured(
  name: Report['bench'],
  form: Report['form'],
  output: Output,
  changes: Partial<MemorySize> = {},
): Promise<Report> {
  const status = createStatusLine();
  try {
    const say = (line: string): void => status.show(`${name}: ${line}`);
    const changed = Object.keys(changes).length > 0;
    const report = await (changed
      ? memoryBench('short', { ...MEMORY_SIZES.full, ...changes }, say)
      : BENCHES[name](form, say));
    status.end();
    output.say(`${reportText(report)}\n`);
    return report;
  } finally {
    status.end();
  }
}

function comparisonText(comparisons: readonly Comparison[]): string {
  const shown = (value: number | null): string => value?.toFixed(3) ?? '–';
  return table(
    ['ratio', 'measured', 'recorded', 'worst tolerated', ''],
    comparisons.map(({ as, measured: now, recorded, limit, regressed }) => [
      as,
      shown(now),
      shown(recorded),
      shown(limit),
      regressed ? 'REGRESSED' : 'ok',
    ]),
  );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
