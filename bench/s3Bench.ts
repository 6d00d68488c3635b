import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Closing } from '../src/cli/closing.js';
import { findObjectServer } from '../src/temporal/findObjectServer.js';
import { startObjectServer } from '../test/support/objectServer.js';
import { type Figure, machine, median, type Report } from './figures.js';
import type { SenderReady, SendTask, Sent } from './s3LandProcess.js';
import { forkProcess } from './startProcesses.js';

const MB = 1_000_000;

/** How much is sent. The large body shows memory alone. */
const SIZES = {
  full: { megabytes: 256, repeats: 5, largeMegabytes: 1024 },
  short: { megabytes: 64, repeats: 3, largeMegabytes: 192 },
} as const;

/**
 * How fast a body lands in a bucket, from its first byte to its note, against the AWS SDK's own upload of as many bytes, by its defaults.
 *
 * Both from memory into versitygw on this machine, one after the other; figures are medians. Ours also writes the body to the disk and
 * hashes it, which is what makes it resumable and gives it its name.
 */
export async function s3Bench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const { megabytes, repeats, largeMegabytes } = SIZES[form];
  const { path } = await findObjectServer({ log: say });
  const server = await startObjectServer(path);
  const closing = new Closing();
  closing.add(() => server.close());
  try {
    const config = await server.bucket();
    let number = 0;
    const sender = async () => {
      const { child, ready } = await forkProcess<SenderReady>('s3LandProcess.ts', config, closing);
      return async (by: SendTask['by'], bytes: number): Promise<Sent & SenderReady> => {
        child.send({ by, bytes, number: ++number } satisfies SendTask);
        const [sent] = (await once(child, 'message')) as [Sent];
        // What was sent would fill the disk.
        for (const folder of ['landings', 'bench'])
          rmSync(join(server.directory, config.bucket, folder), { recursive: true, force: true });
        return { ...sent, ...ready };
      };
    };
    const send = await sender();
    const ours: Sent[] = [];
    const theirs: Sent[] = [];
    // The first of each warms up the compiler.
    for (let repeat = 0; repeat <= repeats; repeat++) {
      const [us, sdk] = [await send('us', megabytes * MB), await send('sdk', megabytes * MB)];
      if (repeat === 0) continue;
      ours.push(us);
      theirs.push(sdk);
      say(`${repeat} of ${repeats}: ${us.seconds.toFixed(2)} s, by the SDK's upload ${sdk.seconds.toFixed(2)} s`);
    }
    say(`one body of ${largeMegabytes} MB`);
    // Each in a process that has sent nothing yet.
    const small = await (await sender())('us', megabytes * MB);
    const large = await (await sender())('us', largeMegabytes * MB);
    return {
      bench: 's3',
      form,
      about: { 'MB a body': megabytes, 'repeats of each': repeats, 'MB of the large body': largeMegabytes },
      figures: [...speedFigures(megabytes, ours, theirs), ...memoryFigures(small, large)],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await closing.close();
  }
}

function speedFigures(megabytes: number, ours: readonly Sent[], theirs: readonly Sent[]): Figure[] {
  const speed = (sent: readonly Sent[]): number => median(sent.map(({ seconds }) => megabytes / seconds));
  const busy = (sent: readonly Sent[]): number =>
    median(sent.map((each) => each.processorSeconds)) / (megabytes / 1000);
  return [
    { name: 'body to landing', value: speed(ours), unit: 'MB/s' },
    { name: "the SDK's own upload", value: speed(theirs), unit: 'MB/s' },
    {
      name: "our speed against the SDK's",
      value: speed(ours) / speed(theirs),
      unit: '×',
      must: { atLeast: 0.7 },
    },
    {
      name: "our speed against the SDK's, by processor time",
      value: busy(theirs) / busy(ours),
      unit: '×',
      recorded: { as: "s3 landing against the SDK's upload, by processor time", better: 'higher' },
    },
    { name: 'our processor time a GB', value: busy(ours), unit: 's' },
    { name: "the SDK's processor time a GB", value: busy(theirs), unit: 's' },
  ];
}

function memoryFigures(small: Sent & SenderReady, large: Sent & SenderReady): Figure[] {
  const over = ({ peakBytes, idleBytes }: Sent & SenderReady): number => (peakBytes - idleBytes) / MB;
  return [
    { name: 'memory over the idle process', value: over(small), unit: 'MB' },
    { name: 'memory with the large body', value: over(large), unit: 'MB', must: { atMost: 120 }, inEveryForm: true },
  ];
}
