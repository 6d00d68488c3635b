import { httpDateMs } from '../domain/retryAfter.js';
import { type ServerClock, serverClockAfter, serverTimeMs } from '../domain/serverClock.js';

/** What Genesys's clock says, learnt from the `Date` of its answers. */
export interface GenesysTime {
  /** @param date the header as it came; one that cannot be read tells nothing. */
  heard(date: string | undefined, answer: { readonly sentAtMs: number; readonly receivedAtMs: number }): void;
  /** Milliseconds since the epoch; this machine's clock before the first answer. */
  nowMs(): number;
}

/** @param steadyMs a clock that nobody sets. @param wallMs this machine's. */
export function createGenesysTime(steadyMs: () => number, wallMs: () => number): GenesysTime {
  let clock: ServerClock | null = null;
  return {
    heard(date, answer) {
      const dateMs = date === undefined ? undefined : httpDateMs(date, wallMs());
      if (dateMs !== undefined) clock = serverClockAfter(clock, { ...answer, dateMs });
    },
    nowMs: () => (clock === null ? wallMs() : serverTimeMs(clock, steadyMs())),
  };
}
