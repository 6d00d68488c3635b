import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { encodedRuns } from '../support/encodedRuns.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { startOnTerminal, terminalHere } from '../support/onTerminal.js';
import { secretsIn } from '../support/secretScan.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();
const terminal = terminalHere();
if (terminal === null) process.stderr.write('skipped, for want of script and python3: logs on a terminal\n');

const MINUTES = 60_000;
const BIN = fileURLToPath(new URL('../../bin/rosterline', import.meta.url));
const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const ORGANISATION: SimulatorOptions = {
  seed: 37,
  jobSeconds: 0.1,
  tokenLimitPerMinute: null,
  units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 3 }],
};
/** A line for people: when, how grave, what. Further lines of it are indented. */
const PRETTY = /^\[\d{2}:\d{2}:\d{2}\.\d{3}\] (DEBUG|INFO|WARN|ERROR): \S/;
const SAID = /^(working for|stopping:) /;

let rig: ExportRig;
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  rig = await startExportRig('terminal-logs', ORGANISATION);
  teachJobTimes(rig.directory, ORGANISATION);
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  settings = { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...rig.environment, ROSTERLINE_LOG_LEVEL: 'debug' };
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

/** Brings one day, through a refused call: Temporal logs the failed activity with all that it knows of it. */
async function exportDay(day: number): Promise<void> {
  rig.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 503, body: {} });
  const [from, to] = [`2024-03-0${day}`, `2024-03-0${day + 1}`];
  // Nothing but the log itself hides a secret that somebody named a workflow after.
  const ended = await rig.export({ datasets: ['adherence'], from, to }, `day-${day} of ${rig.simulator.clientSecret}`);
  expect(ended).toMatchObject({ status: 'complete' });
}

/** The secret was in what was logged, and neither it nor any token or task token is in what was written. */
function hidesWhatItHad(text: string): void {
  for (const hidden of [/day-\d of \[hidden\]/, /taskToken"?: ?"\[hidden\]"/]) expect(hidden.test(text)).toBe(true);
  const { clientSecret } = rig.simulator;
  const tokens = Object.fromEntries(rig.simulator.accessTokens().map((token, index) => [`token ${index}`, token]));
  expect(secretsIn([{ name: 'the log', bytes: Buffer.from(text) }], { clientSecret, ...tokens })).toEqual([]);
  expect(encodedRuns(text).filter((decoded) => /export\/|historyExport|day-/.test(decoded))).toEqual([]);
}

(terminal === null ? it.skip : it)(
  'a worker on a terminal logs lines for people, in colour, without its secret and without task tokens',
  async () => {
    const worker = startOnTerminal(terminal ?? (() => []), [BIN, 'worker'], settings);
    await eventually('it works', () => /working for .*stops\s/.test(worker.shown()));
    await exportDay(4);
    worker.type('\x03');
    expect(await worker.ended).toBe(0);
    const inColour = worker.shown();
    expect(inColour).toContain('\x1b[');
    const text = inColour
      .replaceAll(/\x1b\[[\d;]*m/g, '')
      .replaceAll('\r\n', '\n')
      .replace('^C', '');
    const heads = text.split('\n').filter((line) => /^\S/.test(line) && !SAID.test(line));
    expect(heads.filter((line) => !PRETTY.test(line))).toEqual([]);
    expect(heads.filter((line) => /WARN: .*failed/.test(line)).length).toBeGreaterThan(0);
    hidesWhatItHad(text);
  },
  5 * MINUTES,
);

it(
  'a worker whose output goes elsewhere logs JSON, a line each, with as little in it',
  async () => {
    const worker = spawn(BIN, ['worker'], { env: { ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      worker[stream].setEncoding('utf8').on('data', (text: string) => (written[stream] += text));
    const ended = once(worker, 'close');
    await eventually('it works', () => /working for .*stops\s/.test(written.stdout));
    await exportDay(6);
    worker.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const lines = written.stderr.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringMatching(/failed/) as unknown }),
    );
    hidesWhatItHad(written.stderr);
  },
  5 * MINUTES,
);
