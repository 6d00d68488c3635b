import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { type Output } from '../src/cli/output.js';
import { runCommand } from '../src/cli/runCommand.js';
import { createStatusLine } from '../src/cli/statusLine.js';
import { BENCHES, type MeasureOptions } from './benches.js';
import { ciBench } from './ciBench.js';
import { holds, type Report, reportText } from './figures.js';
import { COMPUTING, type HeldBench, RECORDED, WAITING } from './heldBenches.js';
import { SHAPES } from './pacing/shapes.js';
import { writeRecord } from './record.js';

interface Options extends MeasureOptions {
  short?: boolean;
  json?: boolean;
}

const program = new Command('npm run bench --')
  .description(
    'Measures Rosterline on this machine. Each prints a table, or with --json one JSON object. Exit code 1: a promise does not hold.',
  )
  .showHelpAfterError();

add('load', 'landings to rows: against one read_json, into Postgres against one COPY, and to lines alone; two minutes');
add('calls', 'API calls against the fewest possible, jobs noticed; three minutes');
add('speed', 'windows a second where no limit binds; a minute');
add('workers', 'windows a second of one, two and four workers on Postgres and S3, and what bounds each; three minutes');
add('memory', 'resident memory of a worker over five years of four units; a quarter of an hour')
  .option('--years <n>', 'years of adherence (default 5)', wholeNumber)
  .option('--agents <n>', 'agents of each of the four units (default 200)', wholeNumber);
add('pacing', 'the same jobs against limiters of six shapes, ours beside what people use; up to forty minutes')
  .addOption(new Option('--shape <name>', 'one limiter alone').choices(SHAPES.map(({ name }) => name)))
  .option('--seed <n>', 'draw the limits by this seed alone (default: the medians of 1, 2 and 3)', wholeNumber);
add('sync', "a failover storm over schedule changes: the trunk sync beside the complaint's loop; six minutes");
add('live', 'how soon an event is a signal and a row, at 20 events a second; two minutes');
add(
  'nightly',
  'a night of 20 units with 14 days to read again and nothing restated: rows rewritten, calls; five minutes',
);
add('s3', "bodies into a bucket, against the AWS SDK's own upload; half a minute");
add('verify', 'hashes and signatures of landings and a million seals; ten minutes and 15 GB of disk').option(
  '--seals <n>',
  'seals of the larger chains (default 1000000)',
  wholeNumber,
);
add('model', 'what learns limits, alone, against limits of every shape in simulated time; two minutes');

program
  .command('ci')
  .description(
    `short forms of ${[...COMPUTING, ...WAITING].join(', ')}; fails when a ratio is worse than the recorded one by more than a third, or the model does less than it promises; two minutes`,
  )
  .option('--json', 'print one JSON object and nothing else on standard output')
  .action((options: Options) => runCommand(options.json ?? false, ciBench));

program
  .command('record')
  .description(
    'runs the short forms and writes their ratios to bench/recorded.json, which ci compares with; leave the machine alone meanwhile',
  )
  .addArgument(new Argument('[benchmarks...]', 'which (default: all)').choices(RECORDED))
  .option('--json', 'print one JSON object and nothing else on standard output')
  .action((benchmarks: readonly HeldBench[], options: Options) =>
    runCommand(options.json ?? false, async (output) => {
      const reports: Report[] = [];
      const names = benchmarks.length > 0 ? benchmarks : RECORDED;
      for (const name of names) reports.push(await measured(name, { short: true }, output));
      const recorded = writeRecord(reports, ['npm run bench record', ...benchmarks].join(' '));
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
    .action((options: Options) =>
      runCommand(options.json ?? false, async (output) => {
        const report = await measured(name, options, output);
        output.result(report);
        return report.figures.some((figure) => holds(figure, report.form) === false) ? 1 : 0;
      }),
    );
}

/** Runs one, telling how far it is on standard error. */
async function measured(name: Report['bench'], options: Options, output: Output): Promise<Report> {
  const status = createStatusLine();
  try {
    const say = (line: string): void => status.show(`${name}: ${line}`);
    const report = await BENCHES[name](options.short ? 'short' : 'full', say, options);
    status.end();
    output.say(`${reportText(report)}\n`);
    return report;
  } finally {
    status.end();
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('not a whole number above 0');
}
