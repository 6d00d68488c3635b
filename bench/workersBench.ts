import { availableParallelism } from 'node:os';
import { progressText } from '../src/cli/progressText.js';
import { OwnObjectServer } from '../test/faults/ownObjectServer.js';
import { OwnPostgres } from '../test/faults/ownPostgres.js';
import { startExportStage } from './exportStage.js';
import { machine, type Report } from './figures.js';
import { familySeconds } from './processMemory.js';

const WORKERS = [1, 2, 4] as const;

/** Until when two units are exported from the start of 2024: 108 windows, or 32. */
const UNTIL = { full: '2024-07-01', short: '2024-02-26' } as const;

/** Enough that no number of workers waits for windows. */
const AT_ONCE = 24;

/** From this share of all processors on, they are what bounds an export. */
const BUSY = 0.85;

const ORGANISATION = {
  seed: 19,
  tokenLimitPerMinute: null,
  jobSeconds: 0.2,
  units: [
    { name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London Service Desk', timeZone: 'Europe/London', agents: 20 },
  ],
};

/** Processors that each part of production kept busy during an export. */
type Busy = Readonly<Record<'workers' | 'Temporal' | 'simulator' | 'Postgres' | 'object server', number>>;

interface Measured {
  readonly workers: number;
  readonly windows: number;
  readonly windowsASecond: number;
  readonly busy: Busy;
}

/**
 * Windows a second that one, two and four workers end on Postgres and S3, where no limit binds and jobs take 0.2 s, everything on
 * this machine; and what bounds each.
 *
 * Each from empty stores, Postgres with `fsync` as in production.
 */
export async function workersBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const measured: Measured[] = [];
  for (const workers of WORKERS) measured.push(await exportBy(workers, form, say));
  const [alone] = measured;
  return {
    bench: 'workers',
    form,
    about: { windows: alone?.windows ?? 0, 'windows at once': AT_ONCE },
    table: {
      head: [
        'workers',
        'windows/s',
        'of them',
        'Temporal',
        'simulator',
        'Postgres',
        'object server',
        'in all',
        'bound by',
      ],
      rows: measured.map(({ workers, windowsASecond, busy }) => [
        workers,
        windowsASecond.toFixed(2),
        ...Object.values(busy).map((cores) => cores.toFixed(2)),
        inAll(busy).toFixed(2),
        boundBy(workers, busy),
      ]),
      right: [0, 1, 2, 3, 4, 5, 6, 7],
    },
    figures: measured.map(({ workers, windowsASecond }) => ({
      name: `windows a second, ${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      value: windowsASecond,
      unit: '/s',
    })),
    seconds: (Date.now() - startedAt) / 1000,
    machine: machine(),
  };
}

async function exportBy(workers: number, form: Report['form'], say: (line: string) => void): Promise<Measured> {
  const postgres = await OwnPostgres.start();
  const objects = await OwnObjectServer.start();
  try {
    const settings = { ...postgres.settings, ...objects.settings };
    const stage = await startExportStage(ORGANISATION, say, { workers, settings });
    try {
      const { simulator, 'Temporal server': temporal } = stage.processes;
      const used = (): Busy => ({
        workers: stage.workers.reduce((sum, pid) => sum + familySeconds(pid), 0),
        Temporal: familySeconds(temporal),
        simulator: familySeconds(simulator),
        Postgres: familySeconds(postgres.pid),
        'object server': familySeconds(objects.pid),
      });
      const before = used();
      const exportedAt = Date.now();
      const request = {
        datasets: ['adherence', 'occupancy'],
        from: '2024-01-01',
        to: UNTIL[form],
        maxParallelWindows: AT_ONCE,
      };
      const result = await stage.export(request, (progress) =>
        say(`${workers} of ${WORKERS.join(', ')} workers: ${progressText(progress, Date.now())}`),
      );
      const seconds = (Date.now() - exportedAt) / 1000;
      if (result.status !== 'complete')
        throw new Error(`the export ended ${result.status}: ${JSON.stringify(result.gaps)}`);
      const after = used();
      const busy = Object.fromEntries(
        Object.entries(after).map(([name, value]) => [name, (value - before[name as keyof Busy]) / seconds]),
      ) as unknown as Busy;
      return { workers, windows: result.windows, windowsASecond: result.windows / seconds, busy };
    } finally {
      await stage.close();
    }
  } finally {
    await objects.stop();
    await postgres.stop();
  }
}

function inAll(busy: Busy): number {
  return Object.values(busy).reduce((sum, cores) => sum + cores, 0);
}

function boundBy(workers: number, busy: Busy): string {
  const [most] = Object.entries(busy).sort(([, one], [, other]) => other - one);
  if (inAll(busy) >= BUSY * availableParallelism()) return `the processors, most of them with ${most?.[0] ?? 'nobody'}`;
  // A worker's own code has one thread.
  if (busy.workers / workers >= BUSY) return 'the one thread of each worker';
  return 'the time from step to step';
}
