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
  json?: boolean;
}

/** `rosterline simulate`: a Genesys Cloud organisation on this machine, for trying things out. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('run a simulated Genesys Cloud organisation on this machine')
    .option('--port <n>', 'port to listen on; 0 takes any', portNumber, 8080)
    .option('--seed <n>', 'the same seed gives the same people and data', wholeNumber, 1)
    .option('--job-seconds <min-max>', 'how long adherence jobs take, drawn for each (default 2-20)', secondsRange)
    .option('--token-limit <n>', 'calls a minute; 0 switches the limit off', tokenLimit, 300)
    .option('--faults <rate>', 'share of calls that meet a passing fault, by the seed; such as 0.05', share, 0)
    .option('--json', 'one JSON line once it answers')
    .action(async (options: SimulateOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const stopped = untilSignal();
        const { startSimulator } = await import('../simulator/startSimulator.js');
        const simulator = await startSimulator({
          port: options.port,
          seed: options.seed,
          ...(options.jobSeconds && { jobSeconds: options.jobSeconds }),
          tokenLimitPerMinute: options.tokenLimit === 0 ? null : options.tokenLimit,
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

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('not a whole number');
}

function tokenLimit(text: string): number {
  const value = wholeNumber(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError('not a number of calls');
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
