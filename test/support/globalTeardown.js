import { endTestRun } from './testProcesses.js';

/** Ends the servers that test files shared, and whatever else they started and left; removes all their directories. */
export default async function globalTeardown() {
  const run = process.env.ROSTERLINE_TEST_RUN;
  if (!run) return;
  delete process.env.TMPDIR;
  const ended = await endTestRun(run);
  if (ended.length > 0) process.stderr.write(`tests left processes, which were ended:\n${ended.join('\n')}\n`);
}
