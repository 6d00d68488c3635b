import { createRequire } from 'node:module';
import { Connection } from '@temporalio/client';
import { exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { BRING_ABOUT } from './bringAbout.js';
import { type CircumstanceName, CIRCUMSTANCES, type Recordings } from './circumstances.js';
import { exportHistories, type RunHistory } from '../support/exportHistories.js';
import { keptHistories, writeHistories } from './historyFiles.js';
import { historyFromJson, type HistoryJson } from './historyJson.js';
import { privateTexts } from './privateTexts.js';
import { recordLive, recordLiveContinued } from './recordLive.js';
import { recordKilled } from './recordKilled.js';
import { scrubHistory } from './scrubHistory.js';

/** A circumstance that did not come about as it should (a window ended before it could be stopped) is tried again. */
const TRIES = 3;
/** Circumstances at once. */
const AT_ONCE = 3;

/*
 * Records the histories that replay.test.ts replays, anew and all of them: `npm run replay:record`. With names of circumstances, such
 * as `npm run replay:record -- schedules`, those alone; the others stay as they are.
 *
 * Real exports of small simulated organisations on a real Temporal server. Writes only when every circumstance has come about.
 */
quietTemporal('ERROR');
await aroundTests('globalSetup');
try {
  const startedAtMs = Date.now();
  const { address } = await temporalServer();
  const wanted = process.argv.slice(2);
  const recorded: Record<string, HistoryJson> = wanted.length > 0 ? keptHistories() : {};
  const waiting = (Object.keys(CIRCUMSTANCES) as CircumstanceName[]).filter(
    (name) => wanted.length === 0 || wanted.includes(name),
  );
  const recordNext = async (): Promise<void> => {
    for (let name = waiting.shift(); name; name = waiting.shift())
      Object.assign(recorded, await recordPatiently(address, name));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, recordNext));
  writeHistories(recorded, await versions(address));
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  process.stdout.write(`${Object.keys(recorded).length} histories recorded in ${seconds} s\n`);
} finally {
  await aroundTests('globalTeardown');
}

/** What Jest does before and after a run of tests. In JavaScript, without types: see testProcesses.js. */
async function aroundTests(name: 'globalSetup' | 'globalTeardown'): Promise<void> {
  const { default: run } = (await import(`../support/${name}.js`)) as { default: () => Promise<void> };
  await run();
}

async function recordPatiently(address: string, name: CircumstanceName): Promise<Record<string, HistoryJson>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const histories = await record(address, name);
      process.stdout.write(`recorded: ${name}\n`);
      return histories;
    } catch (error) {
      if (attempt === TRIES) throw error;
      process.stderr.write(`${name}, again: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

async function record(address: string, name: CircumstanceName): Promise<Record<string, HistoryJson>> {
  const { histories, secrets } = await recordBy(address, name);
  const recordings: Recordings = CIRCUMSTANCES[name];
  return Object.fromEntries(
    Object.entries(recordings).map(([file, mark]) => {
      const found = histories.find(({ type, events }) => file.startsWith(`${type}-`) && mark(events));
      if (!found) throw new Error(`no history came about that can be ${file}`);
      const scrubbed = scrubHistory(found.history);
      const told = privateTexts(historyFromJson(scrubbed), secrets);
      if (told.length > 0) throw new Error(`${file} would tell what it must not: ${told.join(' | ').slice(0, 500)}`);
      return [`${file}.json`, scrubbed];
    }),
  );
}

async function recordBy(address: string, name: CircumstanceName) {
  switch (name) {
    case 'killed':
      return await recordKilled();
    case 'live':
      return await recordLive(address);
    case 'liveContinued':
      return await recordLiveContinued(address);
    default:
      return await recordInProcess(address, name);
  }
}

async function recordInProcess(
  address: string,
  name: keyof typeof BRING_ABOUT,
): Promise<{ histories: RunHistory[]; secrets: string[] }> {
  const circumstance = BRING_ABOUT[name];
  const environment = await exportEnvironment(address, {
    name,
    organisation: circumstance.organisation ?? {},
  });
  try {
    const { workflowId, firstExecutionRunId } = await circumstance.run(environment);
    const { clientSecret } = environment.simulator;
    return {
      histories: await exportHistories(environment.client, workflowId, firstExecutionRunId),
      secrets: [clientSecret, ...environment.simulator.accessTokens()],
    };
  } finally {
    await environment.close();
  }
}

async function versions(address: string): Promise<{ rosterline: string; sdk: string; server: string }> {
  const load = createRequire(import.meta.url);
  const versionOf = (file: string): string => (load(file) as { version: string }).version;
  const connection = await Connection.connect({ address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  return {
    rosterline: versionOf('../../package.json'),
    sdk: versionOf('@temporalio/worker/package.json'),
    server: serverVersion,
  };
}
