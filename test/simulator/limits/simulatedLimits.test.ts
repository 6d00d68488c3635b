import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMIT_EXAMPLE } from '../../../src/cli/simulatedLimitText.js';
import { simulatedLimits } from '../../../src/cli/simulatedLimits.js';

let directory: string;
beforeAll(async () => (directory = await mkdtemp(path.join(tmpdir(), 'rosterline-limits-'))));
afterAll(async () => await rm(directory, { recursive: true, force: true }));

describe('limits of rosterline simulate', () => {
  it.each([
    [
      LIMIT_EXAMPLE,
      { shape: 'fixed', on: 'wfm-jobs', calls: 50, windowSeconds: 60, told: 'early:30', penaltySeconds: 20 },
    ],
    [
      'all rolling 900/18min told=absent',
      { shape: 'rolling', on: 'all', calls: 900, windowSeconds: 1080, told: 'absent' },
    ],
    ['reads bucket 100+30/min', { shape: 'bucket', on: 'reads', burst: 100, perSecond: 0.5 }],
    ['wfm-jobs jobs 10 drawn', { shape: 'jobs', jobs: 10, drawn: true }],
    ['analytics daily 2000 counters', { shape: 'daily', calls: 2000, counters: true }],
    [
      '*:/api/v2/users fixed 5/h aligned',
      { on: { method: '*', path: '/api/v2/users' }, windowSeconds: 3600, aligned: true },
    ],
    [
      'all fixed 5/90s disguise=404,html others=0.4',
      { windowSeconds: 90, disguise: [404, 'html'], others: { upTo: 0.4 } },
    ],
    [
      'all fixed 5/day halves=10windows doubles=1.5h known=analytics:x.y name=z',
      {
        windowSeconds: 86_400,
        changes: [
          { factor: 0.5, afterWindows: 10 },
          { factor: 2, afterSeconds: 5400 },
        ],
        known: { namespace: 'analytics', key: 'x.y' },
        name: 'z',
      },
    ],
  ])('read "%s"', async (text, limit) => {
    expect(await simulatedLimits({ limit: [text] })).toEqual([expect.objectContaining(limit)]);
  });

  it.each([
    ['all round 5/min', '"round" is no shape: write fixed, rolling, bucket, jobs, daily'],
    ['all fixed 5', '"5" is not how much: after fixed write something like 50/min'],
    ['some fixed 5/min', 'no calls that a limit can be about: all, reads'],
    ['all fixed 0/min', 'at calls'],
    ['all fixed 5/min told=soon', 'at told'],
    ['all fixed 5/min penalty', 'write penalty=20 (seconds)'],
    ['all fixed 5/min penalty=x', 'at penaltySeconds'],
    ['all fixed 5/min rich', '"rich" is not known: write told=…'],
    ['all fixed 5/min disguise=418', 'not a disguise: 404, 500, 503 or html'],
    ['all fixed 5/min halves=soon', 'write halves=10windows or halves=5min'],
    ['all jobs 5 counters', 'Unrecognized key: "counters"'],
    ['all jobs 5 halves=2windows', 'jobs in flight have no windows'],
  ])('refuse "%s" and say why', async (text, why) => {
    const refused = simulatedLimits({ limit: [text] });
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toMatchObject({ name: 'InvalidInput' });
  });

  it('come from a scenario, then a file, then the command line', async () => {
    const file = path.join(directory, 'limits.yaml');
    await writeFile(file, '- {shape: fixed, calls: 3, windowSeconds: 5}\n');
    const limits = await simulatedLimits({ scenario: 'ignored-wait', limits: file, limit: ['all jobs 2'] });
    expect(limits.map(({ shape, name }) => name ?? shape)).toEqual(['ignored-wait', 'fixed', 'jobs']);
  });

  it('from a file are refused with the path in it', async () => {
    const file = path.join(directory, 'wrong.json');
    await writeFile(
      file,
      JSON.stringify([
        { shape: 'jobs', jobs: 2 },
        { shape: 'fixed', calls: 3 },
      ]),
    );
    await expect(simulatedLimits({ limits: file })).rejects.toThrow(
      /wrong\.json is not right:\n.*\n.*at \[1\]\.windowSeconds/,
    );
    await expect(simulatedLimits({ limits: `${file}.no` })).rejects.toThrow(/wrong\.json\.no cannot be read: .*ENOENT/);
    await expect(simulatedLimits({ scenario: 'none' })).rejects.toThrow('there are: hidden-limit, ignored-wait');
  });
});
