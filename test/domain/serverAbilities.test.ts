import { describe, expect, it } from '@jest/globals';
import { missingAbilities } from '../../src/domain/serverAbilities.js';

describe('what a Temporal server cannot do for the budget', () => {
  it.each(['1.29.1', '1.30.4', 'v1.30.0'])('%s ignores priorities, unless we started it ourselves', (version) => {
    expect(missingAbilities(version, false)).toEqual([expect.stringContaining('ignores priorities')]);
    expect(missingAbilities(version, true)).toEqual([]);
  });

  it('1.28 cannot set rates on queues either, whoever started it', () => {
    expect(missingAbilities('1.28.2', false)).toHaveLength(2);
    expect(missingAbilities('1.28.2', true)).toEqual([expect.stringContaining('cannot set rates on task queues')]);
  });

  it.each(['1.31.2', '1.32.0-rc.1', '2.0.0', '', 'unknown'])('nothing is said of %j', (version) => {
    expect(missingAbilities(version, false)).toEqual([]);
  });
});
