import { chmodSync, mkdtempSync } from 'node:fs';
import { abandonedRuns, endTestRun, runPrefix } from './testProcesses.js';

/**
 * Ends what killed test runs left behind, and makes the directory that all test files of this run share. It is the temporary directory
 * of everything that a test starts, so that whatever a failed test leaves is found and removed with it (globalTeardown.js).
 */
export default async function globalSetup() {
  for (const run of abandonedRuns()) await endTestRun(run);
  const run = mkdtempSync(runPrefix());
  // A PostgreSQL server runs as another user, in a directory of its own below it.
  chmodSync(run, 0o711);
  process.env.ROSTERLINE_TEST_RUN = run;
  process.env.TMPDIR = run;
}
