import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes the directory that all test files of this run share. The servers in it are started by whoever asks first.
 *
 * Jest loads this file outside its module system, where imports of our own TypeScript do not resolve: only `node:` here.
 */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export.
export default function globalSetup(): void {
  process.env['ROSTERLINE_TEST_RUN'] = mkdtempSync(join(tmpdir(), `rosterline-test-run-${process.pid}-`));
}
