import type { Command } from 'commander';
import { Option } from 'commander';
import { knownSecrets } from '../config/knownSecrets.js';
import { loadConfig } from '../config/loadConfig.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';
import { shareWithOwner } from './shareWithOwner.js';
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
    .addHelpText(
      'after',
      `
--only api: another worker beside 'rosterline dev', or beside a worker that owns the warehouse. It calls the API and
lands what it gets where the owner reads it: give both the same ROSTERLINE_DATA (or OBJECTS_URL), on one disk. It
starts only when that is so. With a warehouse in Postgres every worker loads: start as many as you like, without it.
All workers together keep one budget of calls: more workers are not more quota. SIGTERM ends one within 30 s.`,
    )
    .action(async (options: WorkerOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const config = loadConfig(process.env, process.cwd());
        // Before anything is waited for: who sees a wrong setting should not have to wait for it.
        const { clientSecret } = config.genesys();
        const { createLog, DRAIN, installRuntime, offerHealth, startWorker } = await import('./workerParts.js');
        const log = createLog(config.logLevel, [...knownSecrets(process.env, process.cwd()), clientSecret]);
        const meter = installRuntime(log, config.metrics);
        const ownsWarehouse = options.only !== 'api';
        const health = await offerHealth(config, { ownsWarehouse }, log);
        const stopping = new AbortController();
        const stopped = untilSignal().then(() => stopping.abort());
        const sharing = options.only === 'api' ? await shareWithOwner(config, output, stopping.signal) : null;
        if (stopping.signal.aborted) return EXIT.done;
        const worker = await startWorker(config, log, { ownsWarehouse, meter, health });
        output.say(
          `working for ${worker.organisation.name} on task queue ${config.taskQueue}${sharing ? `: ${sharing.told}` : ''}; Ctrl-C stops`,
        );
        output.result({
          ready: true,
          taskQueue: config.taskQueue,
          organisationId: worker.organisation.id,
          pid: process.pid,
        });
        void stopped.then(() => {
          output.say('stopping: calls, loads and downloads under way end first, within half a minute');
          worker.stop();
          // A connection that never closes must not keep what an orchestrator wants gone.
          setTimeout(() => process.exit(EXIT.failed), DRAIN.exitMs).unref();
        });
        const stop = (): void => {
          worker.stop();
          stopping.abort();
        };
        await Promise.race([worker.ended, sharing?.refused].filter((end) => end !== undefined)).catch(
          async (reason: unknown) => {
            stop();
            // What was cut off by the stop is not why it stopped.
            await worker.ended.catch(() => undefined);
            throw reason;
          },
        );
        stop();
        return EXIT.done;
      });
    });
}
