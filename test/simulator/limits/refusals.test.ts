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

describe('the limit that no document names', () => {
  it('lets a call a second through for fifteen minutes, then refuses with the words that were reported, and nothing else', async () => {
    await organisation([...SCENARIOS['hidden-limit']], { tokenLimitPerMinute: 300 });
    const second = async (seconds: number): Promise<Answer> => {
      nowMs = START + seconds * 1000;
      return await calls.post(AGGREGATES, {});
    };
    // An empty query is refused as one, but only after the limits let it in.
    for (let seconds = 0; seconds < 900; seconds++) expect((await second(seconds)).status).toBe(400);
    const refused = await second(900);
    expect([refused.status, refused.body]).toEqual([
      429,
      {
        code: 'tooManyRequests',
        message: 'Rate limit exceeded for analytics bulk export operations.',
        status: 429,
      },
    ]);
    expect([...refused.headers.keys()].filter((name) => /retry|ratelimit/.test(name))).toEqual([]);
    expect([(await second(1079)).status, (await second(1080)).status]).toEqual([429, 400]);
  }, 60_000);
});

function query(): unknown {
  const item = {
    managementUnitId: calls.simulator.units[0]?.id,
    startDate: '2024-03-01T00:00:00Z',
    endDate: '2024-03-02T00:00:00Z',
  };
  return { timeZone: 'UTC', items: [item] };
}
