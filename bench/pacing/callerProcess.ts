/**
 * One worker process of a contender that has no Temporal: eight jobs at once, each made and then polled every second. Started by
 * `callers.ts`; ends when its parent does.
 */
import { createGotMeans } from './gotMeans.js';
import { createLoopMeans } from './loopMeans.js';
import { type AskedJob, askedBody } from './asked.js';
import { logIn } from './logIn.js';
import type { SimulatorReady } from '../simulatorProcess.js';
import type { WorkMessage } from './workMessage.js';

/** Jobs that a process works on at once. */
const JOBS_AT_ONCE = 8;
const POLL_EVERY_MS = 1000;
const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

/** How calls are made: what happens to a refused one is what tells contenders apart. Settles with the answer's body, never refused. */
export interface Means {
  post(path: string, body: object): Promise<unknown>;
  get(path: string): Promise<unknown>;
}

/** What the process is started with. */
export interface CallerSettings {
  readonly means: 'loop' | 'got';
  readonly simulator: Pick<SimulatorReady, 'url' | 'clientId' | 'clientSecret'>;
  readonly scale: number;
}

interface JobAnswer {
  readonly job: { readonly id: string; readonly status: string };
}

const CREATE: Readonly<Record<CallerSettings['means'], (url: string, token: string, scale: number) => Means>> = {
  loop: createLoopMeans,
  got: createGotMeans,
};

const settings = JSON.parse(process.argv[2] ?? '{}') as CallerSettings;
const { simulator, scale } = settings;
const means = CREATE[settings.means](simulator.url, await logIn(simulator), scale);

async function makeAndPoll(job: AskedJob): Promise<void> {
  const { job: made } = (await means.post(BULK, askedBody(job))) as JobAnswer;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    const { job: read } = (await means.get(`${BULK}/jobs/${made.id}`)) as JobAnswer;
    if (read.status !== 'Processing') return;
  }
}

async function backfill(jobs: readonly AskedJob[]): Promise<void> {
  const waiting = jobs.values();
  await Promise.all(
    Array.from({ length: JOBS_AT_ONCE }, async () => {
      for (const job of waiting) await makeAndPoll(job);
    }),
  );
}

process.on('message', (message: WorkMessage) => {
  if (message.kind === 'urgent') void makeAndPoll(message.job);
  else void backfill(message.jobs).then(() => process.send?.('done'));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
