import { type Command, InvalidArgumentError } from 'commander';
import { knownSecrets } from '../config/knownSecrets.js';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { untilSignal } from './untilSignal.js';

interface DevOptions {
  data?: string;
  temporalPort: number;
  uiPort: number;
  json?: boolean;
}

/** Temporal's own defaults, so that its CLI finds the server without being told. */
const TEMPORAL_PORT = 7233;
const UI_PORT = 8233;

/** `rosterline dev`: the embedded Temporal server, its UI and a worker, in the foreground. */
export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .description('run everything here: a Temporal server with its UI, and a worker for your organisation')
    .option('--data <directory>', 'where everything is kept (ROSTERLINE_DATA, default ./.rosterline)')
    .option('--temporal-port <n>', 'port of the Temporal server', portNumber, TEMPORAL_PORT)
    .option('--ui-port <n>', 'port of its UI', portNumber, UI_PORT)
    .option('--json', 'one JSON line once a workflow can be started')
    .action(async (options: DevOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const env = options.data ? { ...process.env, ROSTERLINE_DATA: options.data } : process.env;
        const config = loadConfig(env, process.cwd());
        // Before anything starts: who sees a wrong setting should not have to wait for a server.
        const { clientSecret } = config.genesys();
        const { createLog, installRuntime, offerHealth, startKeptServer, startWorker } = await import(
          './workerParts.js'
        );
        const log = createLog(config.logLevel, [...knownSecrets(process.env, process.cwd()), clientSecret]);
        const meter = installRuntime(log, config.metrics);
        const health = await offerHealth(config, { ownsWarehouse: true }, log);
        const stopped = untilSignal();
        const server = await startKeptServer({
          dataDirectory: config.dataDirectory,
          port: options.temporalPort,
          uiPort: options.uiPort,
          log: (line) => output.say(line),
        });
        try {
          const worker = await startWorker(config, log, {
            ownsWarehouse: true,
            temporalAddress: server.address,
            meter,
            health,
          });
          output.say(
            `working for ${worker.organisation.name}; Temporal at ${server.address}, its UI at ${server.uiUrl}; Ctrl-C stops`,
          );
          output.result({ ready: true, temporal: server.address, ui: server.uiUrl, taskQueue: config.taskQueue });
          void stopped.then(() => {
            output.say('stopping: calls and loads under way end first; exports go on when dev runs again');
            worker.stop();
          });
          await worker.ended;
        } finally {
          await server.stop();
        }
        return EXIT.done;
      });
    });
}

/** A TCP port; 0 takes any free one. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('not a port (0 to 65535)');
}
