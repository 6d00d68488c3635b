import { describe, expect, it } from '@jest/globals';
import { secondDownloads, secondJobs } from './excuses.js';

const POST = { arrivedAtMs: 1_000, respondedAtMs: 1_400, endsAtMs: 3_000, noticedAtMs: null };
const AGAIN = { ...POST, jobId: 'second', arrivedAtMs: 9_000, respondedAtMs: 9_100 };

function excuseOf(struck: { killedAtMs?: number[]; outages?: { fromMs: number; toMs: number | null }[] }) {
  const requests = [{ body: {}, jobs: [{ jobId: 'first', ...POST }, AGAIN] }];
  return secondJobs(requests, { killedAtMs: [], outages: [], ...struck })[0]?.excuse ?? null;
}

describe('a job that was asked for twice', () => {
  it('is excused by a kill inside its POST, until 250 ms after the answer, and by none before or after', () => {
    expect(excuseOf({ killedAtMs: [1_200] })).toMatch('killed');
    expect(excuseOf({ killedAtMs: [1_650] })).toMatch('killed');
    expect(excuseOf({ killedAtMs: [1_651] })).toBeNull();
    expect(excuseOf({ killedAtMs: [700, 8_950] })).toBeNull();
  });

  it('is excused where it was answered while the Temporal server was away, and not where it came after that', () => {
    expect(excuseOf({ outages: [{ fromMs: 1_300, toMs: 5_000 }] })).toMatch('away');
    expect(excuseOf({ outages: [{ fromMs: 500, toMs: null }] })).toMatch('away');
    expect(excuseOf({ outages: [{ fromMs: 500, toMs: 999 }] })).toBeNull();
    expect(excuseOf({ outages: [{ fromMs: 1_651, toMs: 5_000 }] })).toBeNull();
  });

  it('is not there where every request made one job', () => {
    expect(secondJobs([{ body: {}, jobs: [AGAIN] }], { killedAtMs: [], outages: [] })).toEqual([]);
  });
});

describe('an object that was downloaded twice', () => {
  const object = { object: 'job/file', size: 10, complete: 2, completeAtMs: [2_000, 8_000], bytesServed: 20 };
  it('is excused by a kill while its last bytes were on their way alone', () => {
    const excuses = (killedAtMs: number[]) =>
      secondDownloads([object], { killedAtMs, outages: [] }).map(({ excuse }) => excuse);
    expect(excuses([2_100])).toEqual([expect.stringContaining('last bytes')]);
    expect(excuses([2_300, 8_100])).toEqual([null]);
  });
});
