import { type Command, InvalidArgumentError } from 'commander';
import { portNumber } from './devCommand.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { untilSignal } from './untilSignal.js';

interface SimulateOptions {
  port: number;
  seed: number;
  jobSeconds?: { min: number; max: number };
  tokenLimit: number;
  faults: number;
  events: number;
  scenario?: string;
  failoverWait: number;
  limits?: string;
  limit?: string[];
  trunks: number;
  carriers: string[];
  sites: string[];
  json?: boolean;
}

const LIMIT_HELP = `
A limit is which calls, its shape, how much, and what else (in any order):
  example: --limit "wfm-jobs fixed 50/min told=early:30 penalty=20"
  calls    all, reads, wfm-jobs, analytics, telephony-writes, datatable-writes, outbound-writes, or METHOD:/path (*:/path)
  shape    fixed 50/min   rolling 100/5min   bucket 100+1/s (burst + rate)   jobs 10 (at once)   daily 2000
  told=    exact, early:30 (always 30 s), date, body, words (minutes or hours in the body), absent: when to come back
  penalty=20           it opens 20 s later for each call that comes while it is closed
  disguise=404,html    what calls after the first refusal get instead of 429: 404, 500, 503, html
  halves=10windows     it becomes half as large then; doubles= likewise; or after a time: halves=5min
  others=0.4           other clients take up to that share of it
  counters             answers carry inin-ratelimit-* (fixed and daily)
  drawn                how much is drawn by the seed, within a factor of ten around what is written
  aligned              fixed windows begin with the minute, hour ... of the clock
  known=analytics:key  its name in the list of limits, and in refusals;  name=x  its name in control/counts
Several limits combine; calls meet them in their order, after --token-limit.`;

/** `rosterline simulate`: a Genesys Cloud organisation on this machine, for trying things out. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('run a simulated Genesys Cloud organisation on this machine')
    .option('--port <n>', 'port to listen on; 0 takes any', portNumber, 8080)
    .option('--seed <n>', 'the same seed gives the same people and data', wholeNumber, 1)
    .option('--job-seconds <min-max>', 'how long adherence jobs take, drawn for each (default 2-20)', secondsRange)
    .option('--token-limit <n>', 'calls a minute; 0 switches the limit off', countOrNone, 300)
    .option('--faults <rate>', 'share of calls that meet a passing fault, by the seed; such as 0.05', share, 0)
    .option('--events <n>', 'notifications a second about what agents do; such as 20', countOrNone, 0)
    .option(
      '--scenario <name>',
      'what people met: hidden-limit (429 after 15 minutes, undocumented), ignored-wait, failover-storm',
    )
    .option('--failover-wait <s>', 'seconds that failover-storm tells who is refused', wholeSeconds, 30)
    .option('--limit <text>', 'a limit on calls, may be repeated; see below', collected)
    .option('--limits <file>', 'limits from a file: a list, JSON or YAML, as docs/simulator.md has them')
    .option('--trunks <n>', 'BYOC trunks, dealt out to carriers and sites; 0: no telephony', countOrNone, 15)
    .option('--carriers <list>', "the trunks' carriers", listed, ['SingTel', 'StarHub', 'M1'])
    .option('--sites <list>', 'sites that the trunks belong to', listed, ['Singapore'])
    .option('--json', 'one JSON line once it answers')
    .addHelpText('after', LIMIT_HELP)
    .action(async (options: SimulateOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const stopped = untilSignal();
        const { simulatedLimits } = await import('./simulatedLimits.js');
        const limits = await simulatedLimits(options);
        const { startSimulator } = await import('../simulator/startSimulator.js');
        const simulator = await startSimulator({
          port: options.port,
          seed: options.seed,
          ...(options.jobSeconds && { jobSeconds: options.jobSeconds }),
          tokenLimitPerMinute: options.tokenLimit === 0 ? null : options.tokenLimit,
          limits,
          live: { eventsPerSecond: options.events },
          telephony: options.trunks === 0 ? null : telephonyOf(options),
          ...(options.faults > 0 && { chaos: { seed: options.seed, rate: options.faults } }),
        });
        const { url, clientId, clientSecret, controlUrl: control } = simulator;
        output.say(
          `a simulated Genesys Cloud organisation answers at ${url}; its counters are at ${control}/counts; Ctrl-C stops\n`,
        );
        if (!output.json) {
          output.say(`export GENESYS_API_URL=${url} GENESYS_LOGIN_URL=${url}`);
          output.say(`export GENESYS_CLIENT_ID=${clientId} GENESYS_CLIENT_SECRET=${clientSecret}`);
        }
        output.result({ ready: true, url, clientId, clientSecret, control });
        await stopped;
        await simulator.close();
        return EXIT.done;
      });
    });
}

function telephonyOf({ trunks, carriers, sites, scenario, failoverWait }: SimulateOptions) {
  const failoverWrites = { retryAfterSeconds: failoverWait };
  return { trunks, carriers, sites, ...(scenario === 'failover-storm' && { failoverWrites }) };
}

function listed(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('write names with commas between them, such as SingTel,StarHub');
}

function collected(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('not a whole number');
}

function countOrNone(text: string): number {
  const value = wholeNumber(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError('less than none');
}

function wholeSeconds(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('less than a second');
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('write it as a share from 0 to 1, such as 0.05');
}

function secondsRange(text: string): { min: number; max: number } {
  const [min, max = min] = text.split('-').map(Number);
  if (min !== undefined && max !== undefined && min >= 0 && max >= min) return { min, max };
  throw new InvalidArgumentError('write it as 2-20');
}
