import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const REPORTER = fileURLToPath(new URL('./support/countReporter.js', import.meta.url));

describe('the last lines of a test run', () => {
  it('count what passed and failed, alone on the last line', () => {
    expect(lastLines({ numPassedTests: 12, numFailedTests: 0 })).toEqual(['12 passed, 0 failed']);
  });

  it('name each skipped test, and count them', () => {
    const tests = [
      { status: 'passed', fullName: 'a' },
      { status: 'pending', fullName: 'waits for an hour' },
      { status: 'todo', fullName: 'writes to Postgres' },
    ];
    expect(lastLines({ numPassedTests: 1, numFailedTests: 2, testResults: [{ testResults: tests }] })).toEqual([
      'skipped: waits for an hour',
      'skipped: writes to Postgres',
      '1 passed, 2 failed, 2 skipped',
    ]);
  });

  it('count a file that could not run as a failure', () => {
    expect(lastLines({ numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 1 })).toEqual([
      '3 passed, 1 failed',
    ]);
  });
});

/** What the reporter prints after all else, when its process ends: Jest's own summary comes before. */
function lastLines(results: object): string[] {
  const whole = { numRuntimeErrorTestSuites: 0, testResults: [], ...results };
  const script = `
    import CountReporter from ${JSON.stringify(REPORTER)};
    new CountReporter().onRunComplete(new Set(), ${JSON.stringify(whole)});
    console.log('Tests: a summary');`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  const [summary, ...lines] = printed.trimEnd().split('\n');
  expect(summary).toBe('Tests: a summary');
  return lines;
}
