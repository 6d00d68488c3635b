import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OCCUPANCY_FORMULAS, occupancy, occupancySql } from '../../src/domain/occupancyFormula.js';

const ms = fc.nat(86_400_000);

describe('occupancy', () => {
  const halfHour = { interactingMs: 900_000, communicatingMs: 300_000, idleMs: 600_000 };

  it('is interacting over interacting, communicating and idle, as Genesys has it', () => {
    expect(occupancy(halfHour, 'genesys')).toBe(0.5);
  });

  it('leaves communicating out in the shorthand', () => {
    expect(occupancy(halfHour, 'interacting-idle')).toBe(0.6);
  });

  it('is not 0 but nothing when nobody was on queue', () => {
    for (const formula of OCCUPANCY_FORMULAS)
      expect(occupancy({ interactingMs: 0, communicatingMs: 0, idleMs: 0 }, formula)).toBeNull();
    expect(occupancy({ interactingMs: 0, communicatingMs: 60_000, idleMs: 0 }, 'interacting-idle')).toBeNull();
    expect(occupancy({ interactingMs: 0, communicatingMs: 60_000, idleMs: 0 }, 'genesys')).toBe(0);
  });

  it('lies between 0 and 1 and is never lower in the shorthand', () => {
    fc.assert(
      fc.property(ms, ms, ms, (interactingMs, communicatingMs, idleMs) => {
        const time = { interactingMs, communicatingMs, idleMs };
        const [genesys, shorthand] = OCCUPANCY_FORMULAS.map((formula) => occupancy(time, formula));
        for (const value of [genesys, shorthand])
          if (typeof value === 'number') expect(value >= 0 && value <= 1).toBe(true);
        if (typeof genesys === 'number' && typeof shorthand === 'number')
          expect(shorthand).toBeGreaterThanOrEqual(genesys);
      }),
      { seed: 14 },
    );
  });

  it('reads in SQL as it does here, over columns or over sums', () => {
    expect(occupancySql('genesys')).toBe(
      'CASE WHEN (interacting_ms + communicating_ms + idle_ms) > 0 ' +
        'THEN CAST(interacting_ms AS FLOAT8) / (interacting_ms + communicating_ms + idle_ms) END',
    );
    expect(occupancySql('interacting-idle', (column) => `sum(${column})`)).toBe(
      'CASE WHEN (sum(interacting_ms) + sum(idle_ms)) > 0 ' +
        'THEN CAST(sum(interacting_ms) AS FLOAT8) / (sum(interacting_ms) + sum(idle_ms)) END',
    );
  });
});
