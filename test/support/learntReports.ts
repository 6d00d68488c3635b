import type { RefusalReport, TallyReport } from '../../src/domain/budget/budgetReports.js';

/** What a worker tells while it meets a fixed window of so many calls, told when it ends: enough to learn the limit from. */
export function reportsOfWindows(
  calls: number,
  windowMs: number,
  endMs: number,
): readonly (
  | { readonly signal: 'tally'; readonly report: TallyReport }
  | { readonly signal: 'refused'; readonly report: RefusalReport }
)[] {
  const windows = 4;
  const worker = 'one that learns';
  const fromMs = endMs - windows * windowMs;
  const spentMs = windowMs / 4;
  return Array.from({ length: windows }, (_, window) => {
    const startMs = fromMs + window * windowMs;
    const refusedMs = startMs + spentMs + 50;
    const untilMs = startMs + windowMs;
    const [firstSentMs, lastSentMs] = [startMs + 10, startMs + spentMs];
    const slices = Array.from({ length: 5 }, (__, slice) => ({
      fromMs: firstSentMs + (slice * (spentMs - 10)) / 5,
      calls: calls / 5,
    })).map(({ fromMs: ms, calls: inSlice }) => ({ fromMs: Math.round(ms), calls: inSlice }));
    const tally = { accepted: calls, urgentCalls: 0, firstSentMs, lastSentMs, slices, jobsStarted: 0, jobsEnded: 0 };
    return [
      {
        signal: 'tally' as const,
        report: {
          v: 1 as const,
          worker,
          number: window,
          atMs: refusedMs,
          families: { analytics: tally },
          counters: null,
        },
      },
      {
        signal: 'refused' as const,
        report: {
          v: 1 as const,
          callId: `refused in window ${window}`,
          worker,
          family: 'analytics' as const,
          gate: 'analytics' as const,
          lane: 'backfill' as const,
          sentMs: refusedMs - 20,
          receivedMs: refusedMs,
          toldMs: untilMs - refusedMs,
          untilMs,
          status: 429,
          limitKey: null,
          limitNamespace: null,
          announced: false,
          jobsInFlight: null,
        },
      },
    ];
  }).flat();
}

/** What a worker tells while it is refused three times with ten jobs under way, told when it ends: enough to learn how many may be. */
export function reportsOfJobs(endMs: number): ReturnType<typeof reportsOfWindows> {
  const worker = 'one that has jobs';
  const jobs = 10;
  return [0, 1, 2].flatMap((burst) => {
    const startMs = endMs - 36_000 + burst * 12_000;
    const refusedMs = startMs + 1_000;
    const sent = { urgentCalls: 0, firstSentMs: startMs, slices: [] };
    const started = { ...sent, accepted: jobs, lastSentMs: startMs + 900, jobsStarted: jobs, jobsEnded: 0 };
    const ended = { ...sent, accepted: 0, lastSentMs: refusedMs + 200, jobsStarted: 0, jobsEnded: jobs };
    const tally = (number: number, atMs: number, about: typeof started) => ({
      signal: 'tally' as const,
      report: { v: 1 as const, worker, number, atMs, families: { 'wfm-jobs': about }, counters: null },
    });
    return [
      tally(burst * 2, startMs + 950, started),
      {
        signal: 'refused' as const,
        report: {
          v: 1 as const,
          callId: `refused in burst ${burst}`,
          worker,
          family: 'wfm-jobs' as const,
          gate: 'wfm-jobs' as const,
          lane: 'backfill' as const,
          sentMs: refusedMs,
          receivedMs: refusedMs + 100,
          toldMs: 2_000,
          untilMs: refusedMs + 2_100,
          status: 429,
          limitKey: null,
          limitNamespace: null,
          announced: false,
          jobsInFlight: jobs,
        },
      },
      tally(burst * 2 + 1, refusedMs + 9_000, ended),
    ];
  });
}
