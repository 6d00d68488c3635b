import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween, startOfLocalDay } from '../../src/domain/calendar.js';
import { lastCompleteDay, provisionalFrom, refuseFutureDays } from '../../src/domain/provisional.js';
import { zonesWithClockChanges } from '../support/zonesWithClockChanges.js';

const now = '2024-03-20T12:00:00Z';
const london = { name: 'London Sales', timeZone: 'Europe/London' };
const losAngeles = { name: 'West Coast', timeZone: 'America/Los_Angeles' };
const zones = zonesWithClockChanges();
const instants = fc
  .integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2030, 11, 31) })
  .map((ms) => new Date(ms).toISOString());

describe('the days that Genesys still restates', () => {
  it('are the fourteen before today', () => {
    expect(provisionalFrom(now, 'Europe/London')).toBe('2024-03-06');
    expect(daysBetween(provisionalFrom(now, 'Europe/London'), '2024-03-20')).toBe(14);
  });

  it('follow the horizon that is set', () => {
    expect(provisionalFrom(now, 'Europe/London', 3)).toBe('2024-03-17');
    expect(provisionalFrom(now, 'Europe/London', 0)).toBe('2024-03-20');
  });

  it("follow the unit's own date", () => {
    expect(provisionalFrom('2024-03-20T23:30:00Z', 'Europe/London')).toBe('2024-03-06');
    expect(provisionalFrom('2024-03-20T23:30:00Z', 'Asia/Tokyo')).toBe('2024-03-07');
  });
});

describe('the last day that is over', () => {
  it("is yesterday by the unit's clock", () => {
    expect(lastCompleteDay(now, 'Europe/London')).toBe('2024-03-19');
    expect(lastCompleteDay('2024-03-20T00:00:00Z', 'Europe/London')).toBe('2024-03-19');
    expect(lastCompleteDay('2024-03-19T23:59:59.999Z', 'Europe/London')).toBe('2024-03-18');
    expect(lastCompleteDay(now, 'Pacific/Auckland')).toBe('2024-03-20');
  });

  it('is not a day that the country skipped', () => {
    expect(lastCompleteDay('2011-12-30T12:00:00Z', 'Pacific/Apia')).toBe('2011-12-29');
  });
});

describe('an export of days to come', () => {
  it('is not refused when every day is over in every unit', () => {
    expect(refuseFutureDays('2024-03-20', [london, losAngeles], now)).toBeNull();
    expect(refuseFutureDays('2024-03-20', [], now)).toBeNull();
    expect(refuseFutureDays('2024-03-21', [london], '2024-03-21T00:00:00Z')).toBeNull();
    expect(refuseFutureDays('2024-03-21', [london], '2024-03-20T23:59:59.999Z')).not.toBeNull();
  });

  it('is refused with the path, the day, the unit, when it ends and the latest date that works', () => {
    expect(refuseFutureDays('2024-03-21', [london], now)).toBe(
      'to: 2024-03-21 (exclusive) asks for 2024-03-20, which is not over in Europe/London, the zone of London Sales, ' +
        'until 2024-03-21T00:00:00.000Z; nothing was started; the latest date that works now is 2024-03-20',
    );
  });

  it('is refused when the day is over in one unit but not in another', () => {
    const message = refuseFutureDays('2024-03-20', [london, losAngeles], '2024-03-20T05:00:00Z');
    expect(message).toContain(
      'asks for 2024-03-19, which is not over in America/Los_Angeles, the zone of West Coast, until 2024-03-20T07:00:00.000Z',
    );
    expect(message).toContain('the latest date that works now is 2024-03-19');
  });

  it('counts the other units concerned', () => {
    expect(refuseFutureDays('2024-04-01', [london, losAngeles], now)).toContain(
      'the zone of London Sales (and 1 more unit),',
    );
    expect(refuseFutureDays('2024-04-01', [london, losAngeles, london], now)).toContain('(and 2 more units)');
  });

  it('is accepted up to the date that the refusal names, and refused a day later, in any zones at any time', () => {
    fc.assert(
      fc.property(instants, fc.array(fc.constantFrom(...zones), { minLength: 1, maxLength: 4 }), (at, timeZones) => {
        const units = timeZones.map((timeZone) => ({ name: timeZone, timeZone }));
        const refused = refuseFutureDays('2032-01-01', units, at);
        const latest = refused?.slice(-10) ?? '';
        expect(refuseFutureDays(latest, units, at)).toBeNull();
        expect(refuseFutureDays(addDays(latest, 1), units, at)).not.toBeNull();
      }),
      { numRuns: 200, seed: 10 },
    );
  });

  it('never asks for a day that is under way', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (at, timeZone) => {
        const last = lastCompleteDay(at, timeZone);
        expect(Date.parse(startOfLocalDay(timeZone, addDays(last, 1)))).toBeLessThanOrEqual(Date.parse(at));
        expect(Date.parse(startOfLocalDay(timeZone, addDays(last, 2)))).toBeGreaterThan(Date.parse(at));
        expect(refuseFutureDays(addDays(last, 1), [{ name: 'unit', timeZone }], at)).toBeNull();
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});
