import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Closing } from '../src/cli/closing.js';
import { type FinalState, finalState } from '../src/cli/demo/sync/finalState.js';
import { runStorm } from '../src/cli/demo/sync/runStorm.js';
import { trunkBasesOf } from '../src/cli/demo/sync/runSyncDemo.js';
import { stormEvents, type StormSize, WHOLE_STORM } from '../src/cli/demo/sync/storm.js';
import { startSyncStage, type SyncStage } from '../src/cli/demo/sync/syncStage.js';
import type { StormCounts } from '../src/cli/demo/sync/telephonyControl.js';
import { EXIT } from '../src/cli/output.js';
import { startEmbeddedServer } from '../src/temporal/embeddedServer.js';
import { type Figure, machine, type Report } from './figures.js';
import { type CalmFigures, calmFigures } from './sync/calmFigures.js';

interface SyncSize {
  readonly storm: StormSize;
  /** Counted so long after the last event. */
  readonly afterSeconds: number;
  readonly holdDownSeconds: number;
  readonly debounceSeconds: number;
  /** Failovers whose way to the route is timed while nothing is throttled. */
  readonly failovers: number;
  /** How long the gate stays closed behind which a failover waits. */
  readonly gateSeconds: number;
  /** What the storm's organisations tell who writes about a trunk in failover. */
  readonly failoverWaitSeconds: number;
  /** Whether the storm and what is measured without one run beside each other. */
  readonly together: boolean;
}

const SIZES: Readonly<Record<Report['form'], SyncSize>> = {
  full: {
    storm: WHOLE_STORM,
    afterSeconds: 120,
    holdDownSeconds: 60,
    debounceSeconds: 10,
    failovers: 5,
    gateSeconds: 30,
    failoverWaitSeconds: 30,
    together: false,
  },
  short: {
    storm: { seconds: 20, edits: 8, failovers: 3 },
    // A gate that the last failover closed is open again by then.
    afterSeconds: 16,
    holdDownSeconds: 5,
    debounceSeconds: 3,
    failovers: 2,
    gateSeconds: 4,
    failoverWaitSeconds: 10,
    together: true,
  },
};

/** Agents who work in the running hour, beside those who are scheduled anyway. */
const AGENTS = 16;
const SEED = 11;

/** The storm of the first complaint: the sync beside the complaint's loop, and how soon a failover reaches its route. */
export async function syncBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const size = SIZES[form];
  const startedAt = Date.now();
  say('nothing throttled: how soon a failover reaches its route');
  const measuringCalm = onStage(size, ['--token-limit', '0'], (stage) => calmFigures(stage, size, say), say);
  if (!size.together) await measuringCalm;
  const storming = ['--scenario', 'failover-storm', '--failover-wait', String(size.failoverWaitSeconds)];
  const [calm, storm] = await Promise.all([
    measuringCalm,
    onStage(size, storming, (stage) => stormed(stage, size, say), say),
  ]);
  const { edits, failovers, seconds } = size.storm;
  return {
    bench: 'sync',
    form,
    about: { 'schedule edits': edits, failovers, 'in s': seconds, 'counted s after': size.afterSeconds },
    table: {
      head: ['', 'calls', 'refused', 'sent while closed', 'wrong at the end'],
      rows: [
        ['Rosterline', ...cells(storm.ours)],
        ["the complaint's loop", ...cells(storm.loop)],
      ],
      right: [],
    },
    figures: figuresOf(calm, storm),
    seconds: (Date.now() - startedAt) / 1000,
    machine: machine(),
  };
}

interface Side {
  readonly counts: StormCounts;
  readonly final: FinalState;
}

interface Stormed {
  readonly ours: Side;
  readonly loop: Side;
  readonly rounds: number;
}

async function onStage<T>(
  size: SyncSize,
  simulate: readonly string[],
  measure: (stage: SyncStage) => Promise<T>,
  say: (line: string) => void,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-bench-'));
  const closing = new Closing();
  closing.add(() => rm(directory, { recursive: true, force: true }));
  const interrupted = (): void => void closing.close().finally(() => process.exit(EXIT.interrupted));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    const server = await startEmbeddedServer({ dataDirectory: directory, log: say });
    closing.add(() => server.stop());
    const options = { directory, server, agents: AGENTS, ...size, simulate: ['--seed', String(SEED), ...simulate] };
    return await measure(await startSyncStage(options, closing));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    await closing.close();
  }
}

async function stormed(stage: SyncStage, size: SyncSize, say: (line: string) => void): Promise<Stormed> {
  const { ours, loop, policy } = stage;
  const before = await stage.state();
  await Promise.all([ours, loop].map(({ control }) => control.resetCounts()));
  const events = stormEvents(SEED, size.storm, trunkBasesOf(stage));
  await runStorm(events, stage.businessUnit, [ours, loop], (_event, left) => say(`the storm: ${left} events to come`));
  say(`the storm is over; counted for ${size.afterSeconds} s more`);
  await sleep(size.afterSeconds * 1000);
  const [oursCounts, loopCounts] = await Promise.all([ours.control.counts(), loop.control.counts()]);
  stage.stopLoop();
  const last = await stage.lastRound();
  const agents = last?.routes[0]?.agents ?? 0;
  const { round } = await stage.state();
  return {
    ours: { counts: oursCounts, final: finalState(policy, await ours.control.facts(), agents) },
    loop: { counts: loopCounts, final: finalState(policy, await loop.control.facts(), agents) },
    rounds: round - before.round,
  };
}

function cells({ counts, final: { wrong } }: Side): (number | string)[] {
  const [first = '–'] = wrong;
  return [counts.made, counts.refused, counts.insideGate, wrong.length > 1 ? `${wrong.length}: ${first}, …` : first];
}

function figuresOf(calm: CalmFigures, { ours, loop, rounds }: Stormed): Figure[] {
  return [
    {
      name: "calls in the storm, against the complaint's loop",
      value: ours.counts.made / loop.counts.made,
      unit: '×',
      must: { atMost: 1 / 8 },
      // Of few calls one more or less is a large share; still far from the loop's.
      recorded: { as: "sync calls against the complaint's loop", better: 'lower', slack: 0.03 },
    },
    { name: 'rounds in the storm', value: rounds, unit: '' },
    {
      name: 'calls into a closed gate',
      value: ours.counts.insideGate,
      unit: '',
      must: { atMost: 0 },
      inEveryForm: true,
    },
    {
      name: 'wrong at the end: trunks in the route, roles in rows',
      value: ours.final.wrong.length,
      unit: '',
      must: { atMost: 0 },
      inEveryForm: true,
    },
    {
      name: 'calls of a round with nothing changed',
      value: calm.quietCalls,
      unit: 'calls',
      must: { atMost: 5 },
      inEveryForm: true,
    },
    { name: 'writes of such a round', value: calm.quietWrites, unit: '', must: { atMost: 0 }, inEveryForm: true },
    {
      name: 'failover signal to route rewritten, nothing throttled, at most',
      value: Math.max(...calm.failoverSeconds),
      unit: 's',
      must: { atMost: 3 },
    },
    {
      name: 'rounds from a gate that opens to the route rewritten',
      value: calm.roundsAfterGate,
      unit: '',
      must: { atMost: 1 },
      inEveryForm: true,
    },
    { name: 'seconds from a gate that opens to the route rewritten', value: calm.secondsAfterGate, unit: 's' },
    {
      name: 'wrong behind the gate: not the latest truth',
      value: calm.wrongAfterGate,
      unit: '',
      must: { atMost: 0 },
      inEveryForm: true,
    },
  ];
}
