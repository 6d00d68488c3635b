import { describe, expect, it } from '@jest/globals';
import { expectedRows } from '../../src/simulator/expectedRows.js';

describe('the truth of a range', () => {
  it('gives the first night of who moves east to the new unit: the old unit’s day lies outside', () => {
    const rows = expectedRows(
      {
        seed: 5,
        units: [
          { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 12 },
          { name: 'London', timeZone: 'Europe/London', agents: 12 },
        ],
      },
      { from: '2024-03-01', to: '2024-03-03', asOfMs: Date.parse('2026-01-01T00:00:00Z') },
    );
    // In Singapore it is 1 March, in London still 29 February: whoever works then is Singapore's.
    const night = rows.occupancy_interval.filter((row) => String(row['interval_start']) < '2024-02-29T19:00:00.000Z');
    const mover = night.filter((row) => row['user_id'] === '88c4d796-0eea-4e21-9c65-bc178b325e65');
    expect(mover).toHaveLength(5);
    for (const row of mover) expect(row['local_date']).toBe('2024-03-01');
  });
});
