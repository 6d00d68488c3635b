import { describe, expect, it } from '@jest/globals';
import { ownerIdentity, readIdentity, sharedWith } from '../../src/domain/ownerIdentity.js';

const OWNER = ownerIdentity({ pid: 71, host: 'wfm-1' }, 'a1b2c3');
const KILLED = ownerIdentity({ pid: 70, host: 'wfm-1' }, '999999');

describe('whether a worker lands where the owner of the warehouse reads', () => {
  it('reads what an owner writes, and takes a plain identity as it is', () => {
    expect(readIdentity(OWNER)).toEqual({ process: '71@wfm-1', mark: 'a1b2c3' });
    expect(readIdentity('71@wfm-1')).toEqual({ process: '71@wfm-1', mark: null });
  });

  it('is so where the mark in its objects is the one that the owner tells', () => {
    expect(sharedWith([OWNER], 'a1b2c3')).toEqual({ is: 'shared', owner: '71@wfm-1' });
  });

  it('is so though the owner before it, just killed, is still listed', () => {
    expect(sharedWith([KILLED, OWNER], 'a1b2c3')).toEqual({ is: 'shared', owner: '71@wfm-1' });
  });

  it.each([
    ['the mark of a copy', '999999'],
    ['no mark', null],
  ])('is not so with %s', (_, mark) => {
    expect(sharedWith([OWNER], mark)).toEqual({ is: 'elsewhere', owner: '71@wfm-1' });
  });

  it('is not known where nobody owns the warehouse, or an owner does not tell', () => {
    expect(sharedWith([], 'a1b2c3')).toEqual({ is: 'nobody', marked: true });
    expect(sharedWith([], null)).toEqual({ is: 'nobody', marked: false });
    expect(sharedWith(['71@wfm-1'], 'a1b2c3')).toEqual({ is: 'untold', owner: '71@wfm-1' });
  });
});
