import { Command, InvalidArgumentError, Option } from 'commander';
import { killsTable, listenerTable, productionTable, roundLines } from './reportLines.js';
import { type ListenerReport, runListener } from './runListener.js';
import { type KillsReport, runKills } from './runKills.js';
import { type ProductionReport, runProduction } from './runProduction.js';
import { type RoundReport, runRound } from './runRound.js';

interface CampaignOptions {
  rounds: number;
  seed: number;
  profile?: 'production' | 'listener';
  strikes: number;
  from: string;
  to: string;
  workers: number;
  calmSeconds?: number;
  json?: boolean;
}

interface CampaignReport {
  readonly ok: boolean;
  readonly rounds: readonly RoundReport[];
}

interface KillsOptions {
  seed: number;
  workerKills: number;
  serverKills: number;
  from: string;
  to: string;
  calmSeconds?: number;
  json?: boolean;
}

const PRODUCTION = { apartSeconds: { min: 5, max: 20 }, withinMinutes: 120, calmSeconds: undefined };

const program = new Command('npm run faults --')
  .description(
    `Tries what a week in production does to an export, and holds the outcome to the truth.

Each round draws, by its seed, an organisation, a request, and faults of the API, kills of worker and Temporal server,
an operator who pauses, a warehouse locked by another process, objects gone for a while. At the end all rows equal the
simulator's own, coverage and gaps are exactly as expected, nothing was asked or fetched twice without excuse, and
verify holds. A round that fails keeps its directory, and says how to repeat it.

With --profile production: a three-year export on several workers, with PostgreSQL and an S3 store with Object Lock, while
one of them or the Temporal server is killed every 5 to 20 s.

With --profile listener: a live feed and a trunk sync on two workers and PostgreSQL, under 20 events a second, while the
worker that listens is killed, its socket cut or silent, its token revoked, its channel evicted. Each time somebody
listens again within 15 s; once the feed says that it is whole, every row is right; what nobody heard lies in a gap.`,
  )
  .option('--rounds <n>', 'how many', wholeNumber, 3)
  .option('--seed <n>', 'of the first round; the next ones have the next seeds', wholeNumber, 1)
  .addOption(
    new Option('--profile <name>', 'production, listener: see above; without it, rounds').choices([
      'production',
      'listener',
    ]),
  )
  .option('--strikes <n>', 'listener: how many', wholeNumber, 50)
  .option('--from <date>', 'production: first local day', '2023-01-01')
  .option('--to <date>', 'production: first local day that is not asked for', '2026-01-01')
  .option('--workers <n>', 'production: how many worker processes', wholeNumber, 4)
  .option('--calm-seconds <n>', 'production: how long it takes undisturbed; measured first when left out', wholeNumber)
  .option('--json', 'one JSON object on the last line')
  .action(async ({ rounds, seed, json, profile, strikes, ...production }: CampaignOptions) => {
    const say = sayer(json);
    if (profile === 'listener') {
      const report = await runListener({ seed, strikes, eventsPerSecond: 20, sync: true }, say);
      for (const line of listenerTable(report)) say(line);
      end(json, report);
      return;
    }
    if (profile === 'production') {
      const report = await runProduction({ ...PRODUCTION, seed, ...production }, say);
      for (const line of productionTable(report)) say(line);
      end(json, report);
      return;
    }
    const reports: RoundReport[] = [];
    for (let round = 1; round <= rounds; round++) {
      const report = await runRound(seed + round - 1);
      reports.push(report);
      for (const line of roundLines(round, report)) say(line);
    }
    const failed = reports.filter(({ ok }) => !ok).length;
    say(`${rounds - failed} of ${rounds} rounds held`);
    end(json, { ok: failed === 0, rounds: reports });
  });

program
  .command('kills')
  .description('kill worker and Temporal server at instants drawn over a one-year export')
  .option('--seed <n>', 'draws the instants', wholeNumber, 21)
  .option('--worker-kills <n>', 'how often the worker is killed', wholeNumber, 10)
  .option('--server-kills <n>', 'how often the Temporal server is killed', wholeNumber, 3)
  .option('--from <date>', 'first local day', '2024-01-01')
  .option('--to <date>', 'first local day that is not asked for', '2025-01-01')
  .option('--calm-seconds <n>', 'how long it takes undisturbed; measured first when left out', wholeNumber)
  .option('--json', 'one JSON object on the last line')
  .action(async ({ json, ...plan }: KillsOptions) => {
    const say = sayer(json);
    const report = await runKills({ calmSeconds: undefined, ...plan }, say);
    for (const line of killsTable(report)) say(line);
    end(json, report);
  });

// What was started ends with this process, however it ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
await program.parseAsync();

function sayer(json: boolean | undefined): (line: string) => void {
  return (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
}

function end(
  json: boolean | undefined,
  report: KillsReport | CampaignReport | ProductionReport | ListenerReport,
): void {
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exit(report.ok ? 0 : 1);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('not a whole number');
}
