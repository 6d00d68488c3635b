import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { DocumentedReport, RefusalReport, TallyReport } from '../domain/budget/budgetReports.js';
import { BUDGET_KEEPER } from '../domain/budget/keeperId.js';
import type { GenesysLog } from '../genesys/genesysLog.js';

/** Messages that wait for a keeper that cannot be told. Of refusals the newest of each gate stays, whatever else must go. */
const MOST_WAITING = 100;

const SENT_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Failures in a row that the log tells of: some seconds. */
const COMPLAINED_AFTER = 6;

/** gRPC's code for a message that no server will ever take. */
const INVALID_ARGUMENT = 3;

/** What is told, the most pressing first; `start` says nothing but that the keeper is wanted. */
const SIGNALS = ['refused', 'start', 'documented', 'tally'] as const;

type Message =
  | { readonly signal: 'refused'; readonly report: RefusalReport }
  | { readonly signal: 'start'; readonly report: null }
  | { readonly signal: 'documented'; readonly report: DocumentedReport }
  | { readonly signal: 'tally'; readonly report: TallyReport };

/** Tells a keeper things in the background, each until it is through. Nothing here throws, and nothing but `close` is waited for. */
export interface KeeperPost {
  send(message: Message): void;
  /** Goes on for at most this long, then gives up. */
  close(withinMs: number): Promise<void>;
}

export interface KeeperPostOptions {
  readonly client: Client;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly log: GenesysLog;
  /** Told when a message is through: there is a keeper now. */
  readonly delivered: () => void;
}

/** @param workflowId of the keeper, which each message starts where it does not run. */
export function createKeeperPost({ client, workflowId, taskQueue, log, delivered }: KeeperPostOptions): KeeperPost {
  let waiting: Message[] = [];
  let running: Promise<void> | null = null;
  let wake: () => void = () => undefined;
  let closed = false;

  const deliver = async ({ signal, report }: Message): Promise<void> => {
    const keeper = {
      workflowId,
      taskQueue,
      args: [],
      staticSummary: 'API budget of one OAuth client',
      // Its tasks before those of windows that begin all at once: a refusal is news for a few hundred milliseconds.
      priority: { priorityKey: 1 },
    };
    await client.withDeadline(Date.now() + SENT_WITHIN_MS, async () => {
      if (signal === 'start')
        await client.workflow.start(BUDGET_KEEPER, { ...keeper, workflowIdConflictPolicy: 'USE_EXISTING' });
      else await client.workflow.signalWithStart(BUDGET_KEEPER, { ...keeper, signal, signalArgs: [report] });
    });
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let failures = 0;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      try {
        await deliver(next);
        delivered();
        if (failures >= COMPLAINED_AFTER)
          log.warn({ workflowId }, 'the keeper of the API budget can be told things again');
        failures = 0;
      } catch (error) {
        const code: number | null = isGrpcServiceError(error) ? error.code : null;
        const hopeless = code === INVALID_ARGUMENT;
        const said = error instanceof Error ? error.message : String(error);
        if (hopeless)
          log.warn(
            { workflowId, signal: next.signal, said },
            'the Temporal server refuses a message to the API budget; it was dropped',
          );
        else if (closed) return;
        else {
          failures++;
          if (failures === COMPLAINED_AFTER)
            log.warn(
              { workflowId, said },
              'the keeper of the API budget cannot be told; what this worker knows by itself holds, and it is told later',
            );
          await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS));
          continue;
        }
      }
      waiting = waiting.filter((message) => message !== next);
    }
  };

  return {
    send(message) {
      if (closed) return;
      waiting = inOrder([...waiting, message]);
      running ??= run().finally(() => (running = null));
    },
    async close(withinMs) {
      closed = true;
      wake();
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([running, new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)))]);
      clearTimeout(timer);
    },
  };
}

/** The most pressing first, else as they came; the newest refusal of each gate and of the rest as many as there is room for. */
function inOrder(messages: readonly Message[]): Message[] {
  const sorted = SIGNALS.flatMap((signal) => messages.filter((message) => message.signal === signal));
  if (sorted.length <= MOST_WAITING) return sorted;
  const newest = new Set(new Map(sorted.flatMap(refusalByGate)).values());
  const dropped = sorted.find((message) => message.signal !== 'start' && !newest.has(message));
  return sorted.filter((message) => message !== dropped);
}

function refusalByGate(message: Message): [string, Message][] {
  return message.signal === 'refused' ? [[message.report.gate, message]] : [];
}
