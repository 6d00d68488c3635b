import { afterEach, describe, expect, it } from '@jest/globals';
import { SCENARIOS } from '../../../src/simulator/limits/scenarios.js';
import {
  AGGREGATES,
  type Answer,
  BULK,
  callsOf,
  login,
  type SimulatorCalls,
  simulatorCalls,
} from '../simulatorCalls.js';

type Options = NonNullable<Parameters<typeof simulatorCalls>[0]>;

const START = Date.parse('2025-06-01T00:00:07.400Z');
const ME = '/api/v2/organizations/me';
const UNITS = '/api/v2/workforcemanagement/managementunits';
/** One call a minute for `ME`: the second is refused. */
const ONE_A_MINUTE = { shape: 'fixed', calls: 1, windowSeconds: 60, on: { path: ME } } as const;

let nowMs = START;
let calls: SimulatorCalls;
afterEach(async () => await calls.simulator.close());

async function organisation(limits: Options['limits'], more: Options = {}): Promise<void> {
  nowMs = START;
  calls = await simulatorCalls({ now: () => nowMs, tokenLimitPerMinute: null, limits, ...more });
}

async function at(seconds: number, path = ME): Promise<Answer> {
  nowMs = START + seconds * 1000;
  return await calls.get(path);
}

describe('a refusal by a limit', () => {
  it.each([
    ['exact', '50', ' Retry the request in [50] seconds'],
    ['early:30', '30', ' Retry the request in [30] seconds'],
    ['date', 'Sun, 01 Jun 2025 00:01:08 GMT', ''],
    ['date:30', 'Sun, 01 Jun 2025 00:00:48 GMT', ''],
    ['body', null, ' Retry the request in [50] seconds'],
    ['body:300', null, ' Retry the request in [300] seconds'],
    ['words', null, ' Retry the request in [50] seconds'],
    ['words:301', null, ' Retry the request in [6] minutes'],
    ['words:7200', null, ' Retry the request in [2] hours'],
    ['absent', null, ''],
  ] as const)('that tells %s says so in header and body', async (told, header, advice) => {
    await organisation([{ ...ONE_A_MINUTE, told }]);
    expect((await at(0)).status).toBe(200);
    const refused = await at(10.5);
    expect([refused.status, refused.headers.get('retry-after'), refused.body['message']]).toEqual([
      429,
      header,
      `Rate limit exceeded the maximum.${advice}`,
    ]);
    expect((await at(59.9)).status).toBe(429);
    expect((await at(60)).status).toBe(200);
  });

  it('leaves other calls alone, and other OAuth clients', async () => {
    await organisation([ONE_A_MINUTE]);
    await at(0);
    const other = callsOf(calls.simulator, await login(calls.simulator, calls.simulator.otherClient));
    expect([(await at(1)).status, (await at(1, UNITS)).status, (await other.get(ME)).status]).toEqual([429, 200, 200]);
  });

  it('names the limit as the list of limits does, where it is a known one', async () => {
    await organisation([{ ...ONE_A_MINUTE, known: { namespace: 'platform.api', key: 'me.rate.per.minute' } }]);
    await at(0);
    expect((await at(1)).body['limit']).toEqual({ namespace: 'platform.api', key: 'me.rate.per.minute', value: 1 });
  });
});

describe('counters of a limit', () => {
  it('are on every answer it is about, refused ones included', async () => {
    await organisation([{ ...ONE_A_MINUTE, calls: 2, counters: true }]);
    const answers = [await at(0), await at(10.5), await at(11), await at(12, UNITS)];
    expect(
      answers.map(({ headers }) => ['count', 'allowed', 'reset'].map((of) => headers.get(`inin-ratelimit-${of}`))),
    ).toEqual([
      ['1', '2', '60'],
      ['2', '2', '50'],
      ['3', '2', '49'],
      [null, null, null],
    ]);
  });

  it('of several limits are those of the one that is used up most', async () => {
    await organisation([{ ...ONE_A_MINUTE, calls: 2, counters: true }], { tokenLimitPerMinute: 300 });
    const answers = [await at(0), await at(1, UNITS), await at(2)];
    expect(answers.map(({ headers }) => headers.get('inin-ratelimit-allowed'))).toEqual(['2', '300', '2']);
    await calls.simulator.close();
    await organisation([{ ...ONE_A_MINUTE, calls: 300, counters: true }], { tokenLimitPerMinute: 2 });
    expect((await at(0)).headers.get('inin-ratelimit-allowed')).toBe('2');
  });
});

describe('the truth about a limit', () => {
  it('tells calls inside a closed window from those on their way, and from those before the instant told', async () => {
    await organisation([{ ...ONE_A_MINUTE, told: 'early:30' }]);
    for (const seconds of [0, 10, 10.3, 10.4, 39, 41, 59.9, 60]) await at(seconds);
    expect(calls.simulator.counts()).toMatchObject({
      refused: 6,
      limits: { fixed: { calls: 1, accepted: 2, refused: 6, insideClosed: 4, beforeTold: 5, disguised: 0 } },
    });
  });

  it('counts a call that was let through before the instant told', async () => {
    await organisation([{ ...ONE_A_MINUTE, told: 'early:90' }]);
    for (const seconds of [0, 10, 60]) await at(seconds);
    expect(calls.simulator.counts().limits['fixed']).toMatchObject({ accepted: 2, insideClosed: 0, beforeTold: 1 });
  });

  it('has the instants of calls that got through, until it is reset', async () => {
    await organisation([{ ...ONE_A_MINUTE, name: 'me' }]);
    for (const seconds of [3, 10, 63, 130.25]) await at(seconds);
    expect(await calls.control('GET', 'limits/me/accepted')).toEqual({
      firstMs: START + 3000,
      afterMs: [0, 60_000, 127_250],
    });
    await calls.control('POST', 'reset');
    expect(await calls.control('GET', 'limits/me/accepted')).toEqual({ firstMs: null, afterMs: [] });
    expect(calls.simulator.counts().limits['me']).toMatchObject({ accepted: 0, refused: 0 });
  });
});

describe('jobs in flight', () => {
  it('are those that were made and have not ended, whoever knows', async () => {
    await organisation([{ shape: 'jobs', jobs: 2 }], { jobSeconds: 10 });
    const job = async (seconds: number, body: unknown = query()): Promise<number> => {
      nowMs = START + seconds * 1000;
      return (await calls.post(BULK, body)).status;
    };
    expect([await job(0), await job(1, {}), await job(2), await job(3), await job(9.9)]).toEqual([
      202, 400, 202, 429, 429,
    ]);
    expect([await job(10), await job(11), await job(12)]).toEqual([202, 429, 202]);
  });
});

describe('limits on the same calls', () => {
  it('are met in their order: a day that is used up refuses calls that the minute let through', async () => {
    await organisation([
      { ...ONE_A_MINUTE, name: 'minute', calls: 2 },
      { name: 'day', shape: 'daily', calls: 3, on: { path: ME } },
    ]);
    const statuses: number[] = [];
    for (const seconds of [0, 1, 2, 60, 61]) statuses.push((await at(seconds)).status);
    expect(statuses).toEqual([200, 200, 429, 200, 429]);
    expect((await at(121)).headers.get('retry-after')).toBe(String(86_400 - 7 - 121));
    expect(calls.simulator.counts().limits).toMatchObject({
      minute: { accepted: 5, refused: 1 },
      day: { accepted: 3, refused: 2 },
    });
  });
});

describe('a job that another limit refuses', () => {
  it('takes no place among those in flight', async () => {
    const wfmJobs = { shape: 'fixed', calls: 1, windowSeconds: 60, on: 'wfm-jobs' } as const;
    await organisation([{ shape: 'jobs', jobs: 2 }, wfmJobs], { jobSeconds: 1000 });
    const statuses: number[] = [];
    for (const seconds of [0, 1, 2, 60, 120]) {
      nowMs = START + seconds * 1000;
      statuses.push((await calls.post(BULK, query())).status);
    }
    expect(statuses).toEqual([202, 429, 429, 202, 429]);
    expect(calls.simulator.counts().limits).toMatchObject({ 'wfm-jobs': { refused: 1 }, 'wfm-jobs-2': { refused: 2 } });
  });
});

describe('a limit in disguise', () => {
  it.each([
    [404, 'not.found', 'application/json; charset=utf-8'],
    [500, 'internal.server.error', 'application/json; charset=utf-8'],
    [503, 'service.unavailable', 'application/json; charset=utf-8'],
    ['html', undefined, 'text/html'],
  ] as const)('refuses once as 429, then as %s until it opens', async (disguise, code, type) => {
    await organisation([{ ...ONE_A_MINUTE, disguise: [disguise] }]);
    await at(0);
    const [refused, disguised, alike] = [await at(1), await at(1.1), await at(50)];
    expect([refused.status, disguised.status, alike.status]).toEqual([
      429,
      ...Array.from({ length: 2 }, () => (disguise === 'html' ? 502 : disguise)),
    ]);
    expect([disguised.body['code'], disguised.headers.get('retry-after')]).toEqual([code, null]);
    expect(disguised.headers.get('content-type')).toBe(type);
    expect((await at(60)).status).toBe(200);
    expect(calls.simulator.counts()).toMatchObject({
      refused: 1,
      limits: { fixed: { refused: 3, disguised: 2, insideClosed: 1 } },
    });
  });

  it('takes one of several by the seed', async () => {
    await organisation([{ ...ONE_A_MINUTE, disguise: [404, 500, 503, 'html'] }]);
    await at(0);
    const statuses = new Set<number>();
    for (let call = 0; call < 40; call++) statuses.add((await at(1)).status);
    expect([...statuses].sort()).toEqual([404, 429, 500, 502, 503]);
  });
});

describe('limits while the organisation runs', () => {
  it('are added, listed, changed and removed', async () => {
    await organisation([]);
    expect(await calls.control('POST', 'limits', ONE_A_MINUTE)).toEqual({ name: 'fixed' });
    await at(0);
    expect((await at(1)).status).toBe(429);
    expect(await calls.control('PATCH', 'limits/fixed', { factor: 3 })).toMatchObject({ calls: 3, windowSeconds: 60 });
    expect([(await at(2)).status, (await at(3)).status, (await at(4)).status]).toEqual([200, 200, 429]);
    expect(await calls.control('PATCH', 'limits/fixed', { calls: 4 })).toMatchObject({ calls: 4 });
    expect([(await at(5)).status, (await at(6)).status]).toEqual([200, 429]);
    expect(calls.simulator.counts().limits['fixed']).toMatchObject({ calls: 4, accepted: 4, refused: 3 });
    await calls.control('DELETE', 'limits/fixed');
    expect([(await at(7)).status, await calls.control('GET', 'limits')]).toEqual([200, {}]);
  });

  it('are refused where they make no sense, with the reason', async () => {
    await organisation([{ ...ONE_A_MINUTE, name: 'me' }]);
    expect(await calls.control('PATCH', 'limits/me', { jobs: 3 })).toEqual({
      message: 'a limit of the shape fixed has no jobs',
    });
    expect(await calls.control('PATCH', 'limits/you', { calls: 3 })).toEqual({
      message: 'no limit has the name you; there are: me',
    });
    expect(await calls.control('PATCH', 'limits/me', {})).toMatchObject({
      message: expect.stringContaining('{"factor": 0.5}'),
    });
    expect(
      await calls.control('POST', 'limits', { shape: 'rolling', calls: 3, windowSeconds: 5, told: 'later' }),
    ).toMatchObject({
      message: expect.stringContaining('at told'),
    });
  });

  it('drawn by the seed lie around what was written, the same for the same seed', async () => {
    const drawn = async (seed: number): Promise<unknown> => {
      await organisation([{ shape: 'bucket', burst: 1000, perSecond: 10, drawn: true }], { seed });
      const { burst = 0, perSecond } = calls.simulator.counts().limits['all'] ?? {};
      expect(perSecond).toBeCloseTo(burst / 100);
      await calls.simulator.close();
      return burst;
    };
    expect(await drawn(4)).toBe(await drawn(4));
    expect(await drawn(5)).not.toBe(await drawn(4));
  });
});

describe('the list of limits', () => {
  const NAMESPACES = '/api/v2/organizations/limits/namespaces';

  it('has what is documented, whatever is true, and nothing that is hidden', async () => {
    const known = { namespace: 'analytics', key: 'queries.per.minute' };
    await organisation(
      [
        { ...ONE_A_MINUTE, known },
        {
          shape: 'rolling',
          calls: 90,
          windowSeconds: 60,
          known: { ...known, key: 'jobs.per.minute', documented: 200 },
        },
        { shape: 'rolling', calls: 90, windowSeconds: 60, known: { ...known, documented: null } },
        { shape: 'bucket', burst: 9, perSecond: 2, known: { ...known, key: 'rate.per.minute' } },
      ],
      { tokenLimitPerMinute: 300 },
    );
    await calls.control('PATCH', 'limits/fixed', { calls: 4 });
    const values = async (path: string): Promise<unknown> =>
      (await calls.get(`${NAMESPACES}/${path}`)).body['entities'];
    expect(await values('analytics')).toEqual([
      { ...known, value: 4 },
      { namespace: 'analytics', key: 'jobs.per.minute', value: 200 },
      { namespace: 'analytics', key: 'rate.per.minute', value: 120 },
    ]);
    expect(await values('analytics/defaults')).toMatchObject([{ value: 1 }, { value: 200 }, { value: 120 }]);
    expect(await values('platform.api')).toEqual([
      { namespace: 'platform.api', key: 'client.credentials.token.rate.per.minute', value: 300 },
    ]);
    expect(await values('outbound')).toEqual([]);
  });

  it('is forbidden to a client without the scope', async () => {
    await organisation([], { scopes: ['workforce-management'] });
    const refused = await calls.get(`${NAMESPACES}/platform.api/defaults`);
    expect([refused.status, refused.body['code']]).toEqual([403, 'app.not.authorized.for.scope']);
  });
});

describe('the limit that no document names', () => {
  it('lets sixty calls a minute through for fifteen minutes, then refuses with the words that were reported, and nothing else', async () => {
    await organisation([...SCENARIOS['hidden-limit']], { tokenLimitPerMinute: 300 });
    // An empty query is refused as one, but only after the limits let it in.
    const together = async (seconds: number, many: number): Promise<Answer[]> => {
      nowMs = START + seconds * 1000;
      return await Promise.all(Array.from({ length: many }, async () => await calls.post(AGGREGATES, {})));
    };
    for (let minute = 0; minute < 15; minute++)
      expect(new Set((await together(minute * 60, 60)).map(({ status }) => status))).toEqual(new Set([400]));
    const [refused] = await together(900, 1);
    if (!refused) throw new Error('a call has an answer');
    expect([refused.status, refused.body]).toEqual([
      429,
      {
        code: 'tooManyRequests',
        message: 'Rate limit exceeded for analytics bulk export operations.',
        status: 429,
      },
    ]);
    expect([...refused.headers.keys()].filter((name) => /retry|ratelimit/.test(name))).toEqual([]);
    expect([...(await together(1079, 1)), ...(await together(1080, 1))].map(({ status }) => status)).toEqual([
      429, 400,
    ]);
  });
});

function query(): unknown {
  const item = {
    managementUnitId: calls.simulator.units[0]?.id,
    startDate: '2024-03-01T00:00:00Z',
    endDate: '2024-03-02T00:00:00Z',
  };
  return { timeZone: 'UTC', items: [item] };
}
