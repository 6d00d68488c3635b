import type { Client } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { Checklist, NOT_CHECKED, WARNING } from '../../domain/checklist.js';
import { DEFAULT_DATASETS } from '../../domain/historyExportInput.js';
import { missingAbilities } from '../../domain/serverAbilities.js';
import { connectClient } from '../../temporal/connectClient.js';
import { runChecks } from '../check/runChecks.js';
import { gatherStatus } from '../status/gatherStatus.js';
import { coverageLook } from '../status/recentCoverage.js';
import { type Part, part } from '../status/part.js';
import { whenWarehouseFree } from '../whenWarehouseFree.js';
import { cleanReport, textCleaner } from './cleanReport.js';
import { lastLogLines } from './lastLogLines.js';
import { ownWords } from './ownWords.js';
import { recentFailures } from './recentFailures.js';
import { settingsFacts } from './settingsFacts.js';
import { diskFacts, objectFacts, storedNames, warehouseFacts } from './storeFacts.js';
import { versions } from './versions.js';

const WITHIN_MS = 20_000;
const CALLS_WITHIN_MS = 15_000;
const CONNECT_WITHIN_MS = 4_000;

/**
 * Gathers what support needs, each part by itself: one that cannot be had says why.
 *
 * No secret and no name of an agent, a unit or the organisation: parts are made of chosen facts, kinds and counts; and what texts are left
 * are rid of every secret and every name that is known here. Log lines are left out where those names cannot be read.
 *
 * @param logFile a worker's log, or undefined.
 */
export async function gatherDoctor(
  config: Config,
  {
    env,
    logFile,
    secrets,
    say,
  }: {
    readonly env: NodeJS.ProcessEnv;
    readonly logFile: string | undefined;
    readonly secrets: readonly string[];
    readonly say: (line: string) => void;
  },
): Promise<unknown> {
  const connected = await part(2 * CONNECT_WITHIN_MS, () => connectClient(CONNECT_WITHIN_MS));
  const client: Part<Client> = connected.known ? { known: true, value: connected.value.client } : connected;
  try {
    say('asking Temporal');
    const status = await gatherStatus(config, client, coverageLook(config));
    const temporal = await ofClient(client, serverFacts);
    const failures = await ofClient(client, (one) => recentFailures(one, config.taskQueue));
    say('looking at the stores');
    const names = await whenWarehouseFree(async () => await storedNames(config), say).catch(() => null);
    const warehouse = await part(WITHIN_MS, () => warehouseFacts(config));
    say('running the checks');
    const checks = await part(60_000, () => checkOutcomes(env));
    const log = logFile === undefined ? null : await logPart(logFile, names);
    const clean = textCleaner(secrets, [...(names ?? []), ...ownWords(config)]);
    return cleanReport(
      {
        v: 1,
        at: status.at,
        versions: versions(),
        settings: settingsFacts(config, env),
        checks,
        temporal,
        exports: facts(status.exports, (listed) =>
          listed.map(({ state, startedAt, progress }) => ({
            ...{ state, startedAt, windows: progress?.windows, calls: progress?.calls, gates: progress?.gates.length },
            paused: progress?.paused?.kind ?? null,
          })),
        ),
        otherWorkflows: facts(status.others, (others) => countBy(others.map(({ type }) => type))),
        limits: facts(status.limits, (rows) =>
          rows.map(({ family, gateUntil, learnt, pacedBy, refusedLastHour }) => ({
            ...{ family, gateUntil, learnt, pacedBy, refusedLastHour },
          })),
        ),
        nightly: facts(status.nightly, (loads) =>
          loads.map(({ isOnServer, isInFile, paused, next, overdueSince, differences, lastRun }) => ({
            ...{ isOnServer, isInFile, paused, next, overdueSince, lastRun: lastRun?.state ?? null },
            differences: differences.length,
          })),
        ),
        listener: facts(
          status.listener,
          (live) => live && { ...live, rejected: live.rejected.length, problem: live.problem !== null },
        ),
        sync: facts(
          status.sync,
          (sync) =>
            sync && {
              enabled: sync.enabled,
              round: sync.round,
              at: sync.at,
              paused: sync.paused !== null,
              problem: sync.problem !== null,
              throttledUntil: sync.throttledUntil,
            },
        ),
        pollers: facts(status.workers, (queues) =>
          Object.fromEntries(
            queues.map(({ queue, workers }) => [queue.slice(config.taskQueue.length) || '-', workers.length]),
          ),
        ),
        recentFailures: failures,
        disk: await part(WITHIN_MS, () => diskFacts(config)),
        warehouse,
        coverage: status.coverage,
        objects: await part(WITHIN_MS, () => objectFacts(config)),
        log,
      },
      clean,
    );
  } finally {
    if (connected.known) await connected.value.connection.close();
  }
}

async function ofClient<T>(client: Part<Client>, ask: (client: Client) => Promise<T>): Promise<Part<T>> {
  if (!client.known) return client;
  const { value } = client;
  return await part(WITHIN_MS, () => value.withDeadline(Date.now() + CALLS_WITHIN_MS, () => ask(value)));
}

function facts<T, R>(found: Part<T>, choose: (value: T) => R): Part<R> {
  return found.known ? { known: true, value: choose(found.value) } : found;
}

async function serverFacts(client: Client) {
  const askedMs = Date.now();
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return { serverVersion, answeredInMs: Date.now() - askedMs, missing: missingAbilities(serverVersion, false) };
}

/** Each check's name and how it ended; what it said of Genesys may name units, so messages stay here. */
async function checkOutcomes(env: NodeJS.ProcessEnv) {
  const list = new Checklist(
    () => undefined,
    () => undefined,
  );
  await runChecks(list, {
    env,
    workingDirectory: process.cwd(),
    datasets: DEFAULT_DATASETS,
    units: undefined,
    only: undefined,
  });
  return list.checks.map(({ name, ok, message }) => ({ name, outcome: outcomeOf(ok, message) }));
}

function outcomeOf(ok: boolean, message: string): string {
  if (message.startsWith(NOT_CHECKED)) return 'not checked';
  if (!ok) return 'failed';
  return message.startsWith(WARNING) ? 'warning' : 'ok';
}

async function logPart(file: string, names: readonly string[] | null) {
  if (names === null)
    return {
      known: false,
      why: 'the warehouse cannot be read or has no names yet, so it is not known which names to take out of log lines',
    };
  return await part(WITHIN_MS, () => lastLogLines(file));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
