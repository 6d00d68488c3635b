import { expect, it } from '@jest/globals';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { describeWithObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { KILL_KINDS } from './productionKills.js';
import { runProduction } from './runProduction.js';

// At the top level, where none of Jest's time limits holds: without them they are built.
await findTemporalCli({ log: () => undefined });
const program = await objectServerProgram();

const MINUTES = 60_000;

/** The short form of `npm run faults -- --profile production`. */
const SHORT = {
  seed: 2,
  workers: 2,
  from: '2024-01-01',
  to: '2024-03-01',
  // One of each kind, while the export is sure to be under way: jobs and downloads alone take ten seconds.
  apartSeconds: { min: 1, max: 2.5 },
  mostKills: KILL_KINDS.length,
  calmSeconds: 14,
  withinMinutes: 8,
};

describeWithObjectServer(
  'an export of two months on Postgres and S3 while workers, Temporal, the database and the store are killed',
  program,
  () => {
    it(
      'is complete, every row as it is, each object downloaded once, its chain whole and signed',
      async () => {
        const said: string[] = [];
        const report = await runProduction(SHORT, (line) => said.push(line));
        expect({ said, failed: report.checks.filter(({ ok }) => !ok) }).toEqual({ said, failed: [] });
      },
      10 * MINUTES,
    );
  },
);
