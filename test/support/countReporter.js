/**
 * Ends a run's output with how it went, alone on the last line: `12 passed, 0 failed`, and `, 1 skipped` when there are any.
 *
 * Skipped tests are named before it, so that none is forgotten. A file that could not run counts as one failed test. Jest loads
 * reporters without compiling them: hence JavaScript.
 */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const skipped = skippedTests(results);
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const counts = [`${results.numPassedTests} passed`, `${failed} failed`];
    if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
    const lines = [...skipped.map((name) => `skipped: ${name}`), counts.join(', ')];
    // Jest prints its own summary after every reporter has ended, and the servers are stopped after that.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  }
}

function skippedTests({ testResults }) {
  return testResults.flatMap(({ testResults: tests }) =>
    tests.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName),
  );
}
