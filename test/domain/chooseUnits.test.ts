import { describe, expect, it } from '@jest/globals';
import { chooseUnits } from '../../src/domain/chooseUnits.js';
import type { ExportUnit } from '../../src/domain/exportSteps.js';

const unit = (id: string, name: string, more: Partial<ExportUnit> = {}): ExportUnit => ({
  id,
  name,
  businessUnitId: 'b-1',
  timeZone: 'Asia/Singapore',
  ...more,
});
const SINGAPORE = unit('mu-2', 'Singapore');
const LONDON = unit('mu-1', 'London', { timeZone: 'Europe/London' });
const ALL = [SINGAPORE, LONDON];

const refusal = (all: ExportUnit[], asked?: string[]): string => {
  try {
    chooseUnits(all, { managementUnits: asked });
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'accepted';
};

describe('the units of an export', () => {
  it('are all, in order of id, unless some are asked for', () => {
    expect(chooseUnits(ALL, {})).toEqual([LONDON, SINGAPORE]);
  });

  it('are found by id and by exact name, each once however it was asked for', () => {
    expect(chooseUnits(ALL, { managementUnits: ['Singapore', 'mu-2'] })).toEqual([SINGAPORE]);
    expect(chooseUnits(ALL, { managementUnits: ['mu-2', 'London'] })).toEqual([LONDON, SINGAPORE]);
  });

  it('are found by id first, though another unit has that id for its name', () => {
    const confusing = unit('mu-3', 'mu-1');
    expect(chooseUnits([...ALL, confusing], { managementUnits: ['mu-1'] })).toEqual([LONDON]);
  });

  it('does not take part of a name for it, and says which units there are', () => {
    expect(refusal(ALL, ['Singa'])).toBe(
      'InvalidInput: managementUnits: there is no unit Singa; there are Singapore (mu-2), London (mu-1)',
    );
  });

  it('names the first twenty units only, and how many more there are', () => {
    const many = Array.from({ length: 22 }, (_, i) => unit(`mu-${i}`, `Unit ${i}`));
    expect(refusal(many, ['x'])).toMatch(/Unit 19 \(mu-19\), and 2 more$/);
    expect(refusal(many.slice(0, 20), ['x'])).toMatch(/Unit 19 \(mu-19\)$/);
  });

  it('asks for an id where two units have one name', () => {
    expect(refusal([...ALL, unit('mu-9', 'London')], ['London'])).toBe(
      'InvalidInput: managementUnits: 2 units are named London; use an id: mu-1, mu-9',
    );
  });

  it('refuses an organisation that shows none', () => {
    expect(refusal([])).toBe('InvalidInput: managementUnits: the organisation has none that this OAuth client may see');
  });

  it('refuses ids that could become another path, and zones that nobody knows', () => {
    expect(refusal([unit('../mu', 'Climber')])).toMatch(/answered an id that is none for Climber$/);
    expect(refusal([unit('mu-1', 'Climber', { businessUnitId: 'a/b' })])).toMatch(/an id that is none for Climber$/);
    expect(refusal([unit('mu-1', 'Moon', { timeZone: 'Moon/Sea' })])).toMatch(
      /Moon has time zone Moon\/Sea, which is not known here$/,
    );
  });
});
