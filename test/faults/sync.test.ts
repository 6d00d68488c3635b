import { describe, expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { runSyncKills } from './syncKills.js';

// At the top level, where none of Jest's time limits holds: without a Temporal CLI it builds one.
await findTemporalCli({ log: () => undefined });

const MINUTES = 60_000;
const WORKER_KILLS = Number(process.env['ROSTERLINE_SYNC_KILLS'] ?? '2');

describe('a trunk sync whose worker and Temporal server are killed in the midst of rounds', () => {
  it(
    'leaves every route as it should be, by the signals alone, and every write sealed',
    async () => {
      const plan = { seed: 11, workerKills: WORKER_KILLS, serverKills: Math.ceil(WORKER_KILLS / 3) };
      const said: string[] = [];
      const checks = await runSyncKills(plan, (line) => {
        said.push(line);
        process.stdout.write(`${line}\n`);
      });
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(said).toHaveLength(plan.workerKills + plan.serverKills);
    },
    30 * MINUTES,
  );
});
