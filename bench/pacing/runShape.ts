import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Closing } from '../../src/cli/closing.js';
import type { SimulatorCounts } from '../../src/simulator/control/counters.js';
import { startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { processorSeconds } from '../processMemory.js';
import { startSimulatorProcess } from '../startProcesses.js';
import { type AskedJob, askedJob, askedJobs } from './asked.js';
import { callers } from './callers.js';
import { type ContenderName, type ReadyContender, type StartContender } from './contender.js';
import { CUT_AT, judged, type UrgentCall, type Verdict } from './judge.js';
import { busyShare, processorTimes } from './processorTimes.js';
import { bestMsOf, limitOf, type Shape } from './shapes.js';
import { startPlainTemporal, startRosterline } from './temporalContenders.js';
import { MOST_CALLS, URGENT_EVERY_MS, workSize } from './work.js';

const START: Readonly<Record<ContenderName, StartContender>> = {
  rosterline: startRosterline,
  loop: callers('loop'),
  got: callers('got'),
  temporal: startPlainTemporal,
};

/** How often the measuring process looks whether its timers are late, in milliseconds. */
const TIMER_MS = 10;

/** One shape drawn by one seed, with all contenders side by side. */
export interface ShapeRun {
  readonly shape: string;
  readonly seed: number;
  readonly bestMs: number;
  readonly verdicts: readonly Verdict[];
  readonly machine: {
    /** Share of the machine's processors that were busy, with all else that ran on it. */
    readonly busyShare: number;
    /** Processors that the processes of each contender kept busy while it ran, its simulator left out; and the Temporal server. */
    readonly cores: Readonly<Record<string, number>>;
    /** 99 of 100 timers of the measuring process came so late at most: what waiting for a processor added to any delay. */
    readonly lateMs: number;
  };
}

/** What a run is started with. */
export interface RunOptions {
  readonly shape: Shape;
  readonly seed: number;
  /** Real time that the limiter needs for the work, at best. */
  readonly withinMs: number;
  readonly contenders: readonly ContenderName[];
  /** Whether everybody is stopped when ours is done. */
  readonly untilOurs: boolean;
  readonly workflowBundle: string;
  /** What is to be closed when the benchmark is interrupted: a Temporal server would outlive it. */
  readonly open: Set<Closing>;
  readonly say: (line: string) => void;
}

/** A contender on its stage. */
interface Lane {
  readonly name: ContenderName;
  readonly contender: ReadyContender;
  readonly controlUrl: string;
  readonly units: { readonly backfill: string; readonly urgent: string };
  readonly closing: Closing;
}

/** Runs contenders side by side against a shape, each against a simulator of its own, and ends all that it started. */
export async function runShape(options: RunOptions): Promise<ShapeRun> {
  const { shape, seed, say } = options;
  const closing = new Closing();
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-pacing-'));
  closing.add(() => rm(directory, { recursive: true, force: true }));
  options.open.add(closing);
  try {
    const server = await startEmbeddedServer({ dataDirectory: join(directory, 'server'), log: say });
    closing.add(() => server.stop());
    const lanes = await Promise.all(
      options.contenders.map((name) => startLane(name, { ...options, closing, directory, address: server.address })),
    );
    const { bestMsFor, jobs, bestMs } = workOf(options, lanes);
    say(`${shape.name}, seed ${seed}: ${jobs.length} jobs, at best in ${(bestMs / 1000).toFixed(0)} s`);
    const load = machineLoad();
    const serverCores = coresOf([server.pid]);
    const beganAtMs = Date.now();
    const stop = new AbortController();
    const work = { jobs, bestMs, bestMsFor, beganAtMs, stop: stop.signal };
    const ran = await Promise.all(
      lanes.map((lane) =>
        runLane(lane, work).finally(() => {
          if (options.untilOurs && lane.name === 'rosterline') stop.abort();
        }),
      ),
    );
    const cores = Object.fromEntries(ran.map(({ verdict, cores: used }) => [verdict.contender, used]));
    return {
      shape: shape.name,
      seed,
      bestMs,
      verdicts: ran.map(({ verdict }) => verdict),
      machine: { ...load(), cores: { ...cores, 'Temporal server': serverCores() } },
    };
  } finally {
    await closing.close();
    options.open.delete(closing);
  }
}

async function startLane(
  name: ContenderName,
  {
    shape,
    seed,
    workflowBundle,
    directory,
    closing,
    address,
  }: RunOptions & { closing: Closing; directory: string; address: string },
): Promise<Lane> {
  const own = new Closing();
  closing.add(() => own.close());
  const home = join(directory, name);
  await mkdir(home);
  const units = [
    { name: 'Backfill Desk', timeZone: 'Etc/UTC', agents: 2 },
    { name: 'Urgent Desk', timeZone: 'Etc/UTC', agents: 2 },
  ];
  const { ready: simulator } = await startSimulatorProcess(
    { seed, units, tokenLimitPerMinute: null, limits: [limitOf(shape, seed)], jobSeconds: shape.jobSeconds },
    own,
  );
  const stage = {
    simulator,
    temporalAddress: address,
    workflowBundle,
    directory: home,
    scale: shape.scale,
    closing: own,
  };
  const [backfill, urgent] = simulator.units.map(({ id }) => id);
  if (backfill === undefined || urgent === undefined) throw new RangeError('a simulated organisation has two units');
  const contender = await START[name](stage);
  await fetch(`${simulator.controlUrl}/reset`, { method: 'POST' });
  return { name, contender, controlUrl: simulator.controlUrl, units: { backfill, urgent }, closing: own };
}

/** The work of a run. Organisations of one seed have the same units, so that all lanes are asked for the same. */
function workOf({ shape, seed, withinMs }: RunOptions, [lane]: readonly Lane[]) {
  if (!lane) throw new RangeError('nobody runs');
  const all = askedJobs(lane.units.backfill, MOST_CALLS);
  const bestMsFor = bestMsOf(shape, { limit: limitOf(shape, seed), seed, jobs: all });
  const { jobs, bestMs } = workSize(bestMsFor, withinMs);
  return { bestMsFor, bestMs, jobs: all.slice(0, jobs) };
}

/** What every lane is to do, and when to stop it. */
interface LaneWork {
  readonly jobs: readonly AskedJob[];
  readonly bestMs: number;
  readonly bestMsFor: (calls: number) => number;
  readonly beganAtMs: number;
  readonly stop: AbortSignal;
}

async function runLane(
  { name, contender, controlUrl, units, closing }: Lane,
  work: LaneWork,
): Promise<{ verdict: Verdict; cores: number }> {
  const cores = coresOf(contender.pids);
  const urgent: UrgentCall[] = [];
  const asking = setInterval(() => {
    const job = askedJob(units.urgent, urgent.length);
    urgent.push({ job, askedAtMs: Date.now() });
    contender.urgent(job);
  }, URGENT_EVERY_MS);
  const done = new AbortController();
  const backfill = contender.backfill(work.jobs);
  try {
    // The cut ends its processes: what fails then is of no interest.
    const cut = sleep(CUT_AT * work.bestMs, undefined, { signal: AbortSignal.any([done.signal, work.stop]) });
    await Promise.race([backfill, cut.catch(() => undefined)]);
  } finally {
    backfill.catch(() => undefined);
    clearInterval(asking);
    done.abort();
  }
  const endedAtMs = Date.now();
  const counts = (await (await fetch(`${controlUrl}/counts`)).json()) as SimulatorCounts;
  const used = cores();
  await closing.close();
  return { verdict: judged({ ...work, contender: name, urgent, endedAtMs, counts }), cores: used };
}

/** Processors that processes keep busy from now on, until it is asked. */
function coresOf(pids: readonly number[]): () => number {
  const used = (): number => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const before = used();
  const startedAtMs = Date.now();
  return () => ((used() - before) * 1000) / (Date.now() - startedAtMs);
}

/** How short of processors the machine is from now on, until it is asked. */
function machineLoad(): () => { busyShare: number; lateMs: number } {
  const before = processorTimes();
  const delay = monitorEventLoopDelay({ resolution: TIMER_MS });
  delay.enable();
  return () => {
    delay.disable();
    return {
      busyShare: busyShare(before, processorTimes()),
      lateMs: Math.max(0, delay.percentile(99) / 1e6 - TIMER_MS),
    };
  };
}
