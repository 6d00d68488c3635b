import { describe, expect, it } from '@jest/globals';
import { knownServerVersion } from '../../src/domain/serverVersion.js';

describe('the version of a Temporal server', () => {
  it.each(['1.29.0', '1.29.1', 'v1.30.4', '1.31.2'])('%s is one that Rosterline was run on', (version) => {
    expect(knownServerVersion.judge(version)).toEqual({ value: version, message: version });
  });

  it.each([
    ['1.28.9', 'older than 1.29'],
    ['0.40.0', 'older than 1.29'],
    ['1.32.0-rc.1', 'newer than 1.31'],
    ['2.0.0', 'newer than 1.31'],
    ['', 'does not say its version'],
  ])('%s is a warning, not an error', (version, words) => {
    const { message, warning } = knownServerVersion.judge(version);
    expect(warning).toBe(true);
    expect(message).toContain(words);
  });
});
