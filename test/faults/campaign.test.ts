import { describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { runKills } from './runKills.js';
import { runRound } from './runRound.js';

// At the top level, where none of Jest's time limits holds: without a Temporal CLI it builds one.
await findTemporalCli({ log: () => undefined });

const MINUTES = 60_000;

/** The short form of `npm run faults`: what it prints where it fails is how to see more. */
describe('an export of a quarter whose worker is killed twice and whose Temporal server once', () => {
  it(
    'is complete and verified, each object downloaded once, no second job without excuse, every row as it is',
    async () => {
      const plan = { seed: 4, workerKills: 2, serverKills: 1, from: '2024-01-01', to: '2024-04-01', calmSeconds: 10 };
      const said: string[] = [];
      const report = await runKills(plan, (line) => said.push(line));
      expect({ said, failed: report.checks.filter(({ ok }) => !ok) }).toEqual({ said, failed: [] });
    },
    10 * MINUTES,
  );
});

describe('a round of faults, kills and lost answers', () => {
  it(
    'ends with every row as it is, nothing asked or fetched twice without excuse, verified',
    async () => {
      const { checks, struck, ...report } = await runRound(59);
      expect({ ...report, failed: checks.filter(({ ok }) => !ok) }).toMatchObject({ ok: true, failed: [] });
      expect(Object.keys(struck).length).toBeGreaterThan(3);
    },
    10 * MINUTES,
  );
});
