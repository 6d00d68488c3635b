import { describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { runListener } from './runListener.js';

// At the top level, where none of Jest's time limits holds: without a Temporal CLI it builds one.
await findTemporalCli({ log: () => undefined });

const MINUTES = 60_000;

/** The short form of `npm run faults -- --profile listener`. */
const SHORT = { seed: 2, strikes: 2, eventsPerSecond: 20, kinds: ['cut', 'worker'], sync: false } as const;

describe('a live feed on two workers and Postgres while its socket is cut and the worker that listens is killed', () => {
  it(
    'is listened to again within 15 s, right once it says that it is whole, with what nobody heard in gaps',
    async () => {
      const said: string[] = [];
      const report = await runListener(SHORT, (line) => said.push(line));
      expect({ said, failed: report.checks.filter(({ ok }) => !ok) }).toEqual({ said, failed: [] });
      expect(new Set(report.strikes.map(({ kind }) => kind))).toEqual(new Set(SHORT.kinds));
    },
    5 * MINUTES,
  );
});
