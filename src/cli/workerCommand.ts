import type { Command } from 'commander';
import { Option } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { untilSignal } from './untilSignal.js';

interface WorkerOptions {
  only?: 'api';
  json?: boolean;
}

/** `rosterline worker`: works until stopped, against a Temporal server that runs already. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('work for a Temporal server that runs already (TEMPORAL_ADDRESS, or a temporal.toml profile)')
    .addOption(
      new Option('--only <what>', 'api: share the API work, leave the warehouse to its owner').choices(['api']),
    )
    .option('--json', 'one JSON line once it works')
    .action(async (options: WorkerOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        const { createLog, installRuntime, startWorker } = await import('./workerParts.js');
        const log = createLog('info');
        const meter = installRuntime(log, config.metrics);
        const stopped = untilSignal();
        const worker = await startWorker(config, log, { ownsWarehouse: options.only !== 'api', meter });
        output.say(`working for ${worker.organisation.name} on task queue ${config.taskQueue}; Ctrl-C stops`);
        output.result({
          ready: true,
          taskQueue: config.taskQueue,
          organisationId: worker.organisation.id,
          pid: process.pid,
        });
        void stopped.then(() => {
          output.say('stopping: calls and loads under way end first');
          worker.stop();
        });
        await worker.ended;
        return EXIT.done;
      });
    });
}
