import { describe, expect, it } from '@jest/globals';
import { type Blow, secondDownloads, secondJobs, type Struck } from './excuses.js';

const POST = { arrivedAtMs: 1_000, respondedAtMs: 1_400, endsAtMs: 3_000, noticedAtMs: null };
const AGAIN = { ...POST, jobId: 'second', arrivedAtMs: 9_000, respondedAtMs: 9_100 };

const blow = (atMs: number, unheardMs = 250): Blow => ({ atMs, unheardMs });
const blows = (...atMs: number[]): Blow[] => atMs.map((ms) => blow(ms));

function excuseOf(struck: Partial<Struck>) {
  const requests = [{ body: {}, jobs: [{ jobId: 'first', ...POST }, AGAIN] }];
  return secondJobs(requests, { kills: [], outages: [], ...struck })[0]?.excuse ?? null;
}

describe('a job that was asked for twice', () => {
  it('is excused by a kill inside its POST, until 250 ms after the answer, and by none before or after', () => {
    expect(excuseOf({ kills: blows(1_200) })).toMatch('killed');
    expect(excuseOf({ kills: blows(1_650) })).toMatch('killed');
    expect(excuseOf({ kills: blows(1_651) })).toBeNull();
    expect(excuseOf({ kills: blows(700, 8_950) })).toBeNull();
  });

  it('is excused longer by a kill of a machine on which it took longer to hear', () => {
    expect(excuseOf({ kills: [blow(2_000, 600)] })).toMatch('killed');
    expect(excuseOf({ kills: [blow(2_001, 600)] })).toBeNull();
  });

  it('is excused where it was answered while the Temporal server was away, and not where it came after that', () => {
    expect(excuseOf({ outages: [{ from: blow(1_300), toMs: 5_000 }] })).toMatch('away');
    expect(excuseOf({ outages: [{ from: blow(500), toMs: null }] })).toMatch('away');
    expect(excuseOf({ outages: [{ from: blow(500), toMs: 999 }] })).toBeNull();
    expect(excuseOf({ outages: [{ from: blow(1_651), toMs: 5_000 }] })).toBeNull();
  });

  it('is not there where every request made one job', () => {
    expect(secondJobs([{ body: {}, jobs: [AGAIN] }], { kills: [], outages: [] })).toEqual([]);
  });
});

describe('an object that was downloaded twice', () => {
  const object = { object: 'job/file', size: 10, complete: 2, completeAtMs: [2_000, 8_000], bytesServed: 20 };
  it('is excused by a kill while its last bytes were on their way alone', () => {
    const excuses = (atMs: number[]) =>
      secondDownloads([object], { kills: blows(...atMs), outages: [] }).map(({ excuse }) => excuse);
    expect(excuses([2_100])).toEqual([expect.stringContaining('last bytes')]);
    expect(excuses([2_300, 8_100])).toEqual([null]);
  });
});
