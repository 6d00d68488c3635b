import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AskedJob } from './asked.js';
import type { ReadyContender } from './contender.js';

/** What a process of a contender is told. It answers `done` when a backfill has ended. */
export type WorkMessage =
  | { readonly kind: 'backfill'; readonly jobs: readonly AskedJob[] }
  | { readonly kind: 'urgent'; readonly job: AskedJob };

/** Hands work to processes in turn. @throws Error when one of them ends instead of its work. */
export function handingTo(processes: readonly ChildProcess[]): Pick<ReadyContender, 'backfill' | 'urgent'> {
  let urgentCalls = 0;
  const tell = (number: number, message: WorkMessage): void => {
    processes[number % processes.length]?.send(message);
  };
  return {
    async backfill(jobs) {
      const ended = processes.map(doneOf);
      dealt(jobs, processes.length).forEach((hand, number) => tell(number, { kind: 'backfill', jobs: hand }));
      await Promise.all(ended);
    },
    urgent: (job) => tell(urgentCalls++, { kind: 'urgent', job }),
  };
}

/** Deals things to so many hands in turn. */
export function dealt<T>(things: readonly T[], hands: number): T[][] {
  return Array.from({ length: hands }, (_, hand) => things.filter((_thing, index) => index % hands === hand));
}

async function doneOf(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit').then(() => {
    throw new Error('a process of a contender ended before its work');
  });
  await Promise.race([once(child, 'message'), gone]);
}
