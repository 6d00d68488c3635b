import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import * as workflows from '../../workflows/index.js';
import { WORKFLOW_BUNDLE_PATH } from '../../src/temporal/workflowBundlePath.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { CIRCUMSTANCES, type Recordings } from './circumstances.js';
import { historyFiles, readHistories, readManifest, type RecordedHistory, textOfHistory } from './historyFiles.js';
import { privateTexts } from './privateTexts.js';

quietTemporal('ERROR');

type Bundle = Parameters<typeof Worker.runReplayHistories>[0]['workflowBundle'];

/** So that a clone stays quick. */
const MOST_BYTES = 3_000_000;
const RECORDINGS = Object.entries(Object.assign({}, ...Object.values<Recordings>(CIRCUMSTANCES)) as Recordings);
const histories = readHistories();

/** Why each history does not fit the workflows of the bundle; those that do are not in it. One worker replays them all. */
async function misfits(bundle: NonNullable<Bundle>, of: readonly RecordedHistory[]): Promise<Record<string, string>> {
  // By its own id, which some name their children after; by file where two have one, as a window that two exports asked for.
  const twice = new Set(of.map(({ workflowId }) => workflowId).filter((id, index, ids) => ids.indexOf(id) !== index));
  const files = new Map(of.map(({ file, workflowId }) => [twice.has(workflowId) ? file : workflowId, file]));
  const named = of.map(({ file, workflowId, history }) => ({
    workflowId: twice.has(workflowId) ? file : workflowId,
    history,
  }));
  const found: Record<string, string> = {};
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundle }, named))
    if (error)
      found[files.get(workflowId) ?? workflowId] =
        `${error.name}: ${/Nondeterminism error: [^"]*/.exec(error.message)?.[0] ?? error.message}`;
  return found;
}

describe('a running export that a new version of the workflows takes over', () => {
  it('goes on as it began, whatever it had met', async () => {
    expect(histories.length).toBeGreaterThan(20);
    expect(await misfits({ codePath: WORKFLOW_BUNDLE_PATH }, histories)).toEqual({});
  });

  it('is found out where it would not, by the name of the history', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('changedWorkflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    });
    const windows = histories.filter(({ type }) => type === 'exportWindow');
    const found = await misfits({ code }, windows);
    expect(Object.keys(found).sort()).toEqual(windows.map(({ file }) => file));
    for (const error of Object.values(found)) expect(error).toMatch(/^DeterminismViolationError: /);
  });
});

describe('the recorded histories', () => {
  const byFile = new Map(histories.map((history) => [history.file, history]));

  it.each(RECORDINGS)('have one that is of its name: %s', (name, isOfIts) => {
    const history = byFile.get(`${name}.json`);
    expect(history?.type).toBe(name.split('-')[0]);
    expect(isOfIts(history?.events ?? [])).toBe(true);
  });

  it('are of every workflow in each circumstance that a running export can be met in', () => {
    const circumstances = [
      'happy',
      'throttled',
      'pausedByOperator',
      'pausedByItself',
      'killed',
      'continuedAsNew',
      'gap',
    ];
    const needed = [...circumstances, 'bisected', 'retriedJob', 'cancelled'].flatMap((circumstance) =>
      ['historyExport', 'exportWindow'].map((workflow) => `${workflow}-${circumstance}.json`),
    );
    expect(historyFiles()).toEqual(expect.arrayContaining(needed));
    expect([...new Set(histories.map(({ type }) => type))].sort()).toEqual(Object.keys(workflows).sort());
  });

  it('are those that the recording makes, and no other', () => {
    expect(historyFiles()).toEqual(RECORDINGS.map(([name]) => `${name}.json`).sort());
  });

  it('say with what they were recorded', () => {
    const { rosterline, sdk, server, events } = readManifest();
    for (const version of [rosterline, sdk, server]) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(events).toEqual(Object.fromEntries(histories.map((history) => [history.file, history.events.length])));
  });

  it('are small', () => {
    const bytes = historyFiles().reduce((sum, file) => sum + Buffer.byteLength(textOfHistory(file)), 0);
    process.stdout.write(`${histories.length} histories, ${(bytes / 1e6).toFixed(2)} MB\n`);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it.each(histories.map(({ file, history }) => [file, history]))(
    'tell nothing of the machine, of people or of secrets: %s',
    (_file, history) => {
      expect(privateTexts(history)).toEqual([]);
    },
  );
});

describe('the look for what a history must not tell', () => {
  it.each([
    'Authorization: Bearer abc',
    'https://api-downloads.example/x?Signature=abc',
    'GET /downloads/historicalAdherence/1',
    'Error: at step (/home/someone/project/workflows/step.ts:1:2)',
    'the warehouse /tmp/rosterline-1/warehouse.duckdb is held',
    '4711@some-host',
    'agent 陳美玲 is not there',
  ])('finds: %s', (text) => {
    expect(privateTexts({ events: [{ failure: { message: text } }] })).toEqual([text]);
    expect(privateTexts({ events: [{ payload: { data: Buffer.from(text) } }] })).toEqual([text]);
  });
});
