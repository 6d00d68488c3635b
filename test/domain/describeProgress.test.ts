import { describe, expect, it } from '@jest/globals';
import { describeProgress } from '../../src/domain/describeProgress.js';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import { HistoryExportInput } from '../../src/domain/historyExportInput.js';
import { windowLabel } from '../../src/domain/windowLabel.js';

const REQUEST = HistoryExportInput.parse({ from: '2024-01-01', to: '2025-01-01' });
const PROGRESS: ExportProgress = {
  windows: { total: 212, done: 40, running: 8, failed: 1 },
  rows: { adherence_day: 12_345 },
  calls: 77,
  paused: null,
  gates: [],
  eta: null,
};

describe('what the Temporal UI shows of an export', () => {
  it('says what was asked for, how far it is and what was loaded', () => {
    expect(describeProgress(REQUEST, PROGRESS)).toBe(
      [
        '**adherence and occupancy, 2024-01-01 to 2025-01-01 (exclusive)**',
        '',
        '40 of 212 windows done, 8 running, 1 with gaps · 77 API calls',
        '',
        '- adherence_day: 12,345 rows',
      ].join('\n'),
    );
  });

  it('says why it stands still, in words that cannot become markup, and when it should end', () => {
    const paused = { reason: `\`\`\`\n# ${'x'.repeat(2_000)}`, since: '2024-05-01T00:00:00.000Z' };
    const text = describeProgress(REQUEST, { ...PROGRESS, paused, eta: '2024-05-02T00:00:00.000Z' });
    expect(text).toContain("Paused since 2024-05-01T00:00:00.000Z:\n```\n'''\n# xxx");
    expect(text.match(/```/g)).toHaveLength(2);
    expect(text.length).toBeLessThan(1_400);
    expect(text).toMatch(/\n\nExpected to end at 2024-05-02T00:00:00.000Z.$/);
  });

  it('cuts long names of units between characters, not within them', () => {
    const window = { dataset: 'adherence', from: '2024-01-01', to: '2024-01-08' } as const;
    expect(windowLabel(window, { name: 'Singapore' })).toBe('adherence of Singapore, 2024-01-01 to 2024-01-08');
    const family = '👨‍👩‍👧';
    expect(windowLabel(window, { name: family.repeat(61) })).toBe(
      `adherence of ${family.repeat(60)}, 2024-01-01 to 2024-01-08`,
    );
  });
});
