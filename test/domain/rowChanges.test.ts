import { describe, expect, it } from '@jest/globals';
import { addChanges, describeChanges, rowsRewritten, totalChanges } from '../../src/domain/rowChanges.js';

const first = { adherence_day: { inserted: 10, changed: 0, deleted: 0, unchanged: 0 } };
const night = {
  adherence_day: { inserted: 1, changed: 2, deleted: 3, unchanged: 1040 },
  adherence_actual: { inserted: 0, changed: 0, deleted: 0, unchanged: 5 },
};

describe('what became of rows', () => {
  it('is added table by table', () => {
    expect(addChanges(first, night)).toEqual({
      adherence_day: { inserted: 11, changed: 2, deleted: 3, unchanged: 1040 },
      adherence_actual: { inserted: 0, changed: 0, deleted: 0, unchanged: 5 },
    });
    expect(totalChanges(night)).toEqual({ inserted: 1, changed: 2, deleted: 3, unchanged: 1045 });
    expect(rowsRewritten(totalChanges(night))).toBe(6);
  });

  it('is told where rows were there before, and not of a first load', () => {
    expect(describeChanges(first)).toBeNull();
    expect(describeChanges({})).toBeNull();
    expect(describeChanges(night)).toBe('of them 1 new, 2 changed, 1,045 unchanged and left as they were; 3 gone');
  });
});
