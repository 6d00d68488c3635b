import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const WFM = '/api/v2/workforcemanagement';
/** A Monday, two in the afternoon in Singapore. */
const NOW = Date.parse('2024-03-25T06:00:00Z');
const UNITS = [
  { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 12, startDayOfWeek: 'Wednesday' },
  { name: 'London', timeZone: 'Europe/London', agents: 24, startDayOfWeek: 'Sunday' },
];

interface ListedBody {
  readonly id: string;
  readonly weekDate: string;
  readonly published: boolean;
  readonly metadata: { readonly version: number; readonly dateModified: string };
}
interface ShiftBody {
  readonly id: string;
  readonly startDate: string;
  readonly lengthMinutes: number;
  readonly schedule?: { readonly id: string; readonly weekDate: string };
  readonly activities: readonly {
    readonly startDate: string;
    readonly lengthMinutes: number;
    readonly activityCodeId: string;
  }[];
}
interface Agent {
  readonly user: { readonly id: string };
  readonly shifts: readonly ShiftBody[];
  readonly fullDayTimeOffMarkers: readonly { readonly businessUnitDate: string; readonly activityCodeId: string }[];
}

describe('weekly schedules', () => {
  let calls: SimulatorCalls;
  let nowMs = NOW;
  afterEach(async () => {
    await calls.simulator.close();
    nowMs = NOW;
  });
  const start = async (options: Parameters<typeof simulatorCalls>[0] = {}) => {
    calls = await simulatorCalls({ units: UNITS, now: () => nowMs, ...options });
  };
  const bu = () => calls.simulator.businessUnits[0]?.id ?? '';
  const list = async (query = '', week = 'recent') =>
    (await calls.get(`${WFM}/businessunits/${bu()}/weeks/${week}/schedules?${query}`)).body[
      'entities'
    ] as unknown as ListedBody[];
  const search = async (from: string, to: string, where = `businessunits/${bu()}`, more = {}): Promise<Answer> =>
    await calls.post(`${WFM}/${where}/agentschedules/search`, { startDate: from, endDate: to, ...more });
  const agentsIn = (answer: Answer) =>
    (answer.body as unknown as { result: { agentSchedules: Agent[] } }).result.agentSchedules;
  const edit = async (what: object) => await calls.control('POST', 'schedules', { businessUnitId: bu(), ...what });

  it('begin on the day on which the business unit begins its weeks, which is told with its settings', async () => {
    await start();
    expect((await calls.get(`${WFM}/businessunits/${bu()}`)).body).not.toHaveProperty('settings');
    expect((await calls.get(`${WFM}/businessunits/${bu()}?expand=settings`)).body).toMatchObject({
      settings: { startDayOfWeek: 'Wednesday', timeZone: 'Asia/Singapore' },
    });
    const weeks = await list('includeOnlyPublished=true&earliestWeekDate=2024-03-13&latestWeekDate=2024-04-03');
    expect(weeks.map(({ weekDate }) => weekDate)).toEqual(['2024-03-13', '2024-03-20', '2024-03-27', '2024-04-03']);
    expect((await calls.get(`${WFM}/businessunits/${bu()}/weeks/2024-03-25/schedules`)).status).toBe(400);
    expect((await list('', '2024-03-20')).length).toBe(2);
  });

  it('are drafts and published ones together, for the running week and those to come', async () => {
    await start();
    const all = await list();
    const published = all.filter((one) => one.published);
    expect(published.at(-1)?.weekDate).toBe('2024-04-17');
    expect(all.filter((one) => !one.published).map(({ weekDate }) => weekDate)).toEqual([
      '2024-03-20',
      '2024-03-27',
      '2024-04-03',
      '2024-04-10',
      '2024-04-17',
      '2024-04-24',
    ]);
    const [running, draft] = all.filter(({ weekDate }) => weekDate === '2024-03-20');
    expect(draft?.metadata.version).toBeGreaterThan(running?.metadata.version ?? Infinity);
    expect(await list('includeOnlyPublished=true')).toEqual(published);
    nowMs += 60_000;
    expect(await list()).toEqual(all);
  });

  it('have the shifts that adherence is measured by', async () => {
    await start();
    const [unit] = calls.simulator.units;
    const day = { start: Date.parse('2024-03-11T16:00:00Z'), end: Date.parse('2024-03-12T16:00:00Z') };
    const range = [new Date(day.start).toISOString(), new Date(day.end).toISOString()] as const;
    const expected = (await calls.control('GET', 'expected?from=2024-03-12&to=2024-03-13')) as {
      adherence_day: { user_id: string; management_unit_id: string; schedule_length_seconds: number }[];
    };
    const measured = new Map(
      expected.adherence_day
        .filter((row) => row.management_unit_id === unit?.id)
        .map((row) => [row.user_id, row.schedule_length_seconds]),
    );
    const compared = agentsIn(await search(...range, `managementunits/${unit?.id ?? ''}`))
      // A day off is measured too, and is no shift.
      .filter((agent) => agent.fullDayTimeOffMarkers.length === 0 && measured.has(agent.user.id))
      .map((agent) => [
        agent.user.id,
        agent.shifts.reduce((sum, shift) => sum + secondsInside(shift, day.start, day.end), 0),
      ]);
    expect(compared.length).toBeGreaterThan(4);
    expect(compared).toEqual(compared.map(([userId]) => [userId, measured.get(String(userId))]));
  });

  it('are found over midnight and over a change of clocks, contiguous, under the week in which the shift starts', async () => {
    await start();
    // Clocks in London went forward on Sunday 31 March at 01:00.
    const agents = agentsIn(await search('2024-03-30T22:00:00Z', '2024-03-31T04:00:00Z'));
    const shifts = agents.flatMap((agent) => agent.shifts);
    const overnight = shifts.filter(({ startDate, lengthMinutes }) => {
      const startMs = Date.parse(startDate);
      return (
        startMs < Date.parse('2024-03-31T00:00:00Z') &&
        startMs + lengthMinutes * 60_000 > Date.parse('2024-03-31T01:00:00Z')
      );
    });
    expect(overnight.length).toBeGreaterThan(0);
    for (const shift of shifts) {
      let at = Date.parse(shift.startDate);
      for (const activity of shift.activities) {
        expect(Date.parse(activity.startDate)).toBe(at);
        at += activity.lengthMinutes * 60_000;
      }
      expect(at).toBe(Date.parse(shift.startDate) + shift.lengthMinutes * 60_000);
      expect(shift.schedule?.weekDate).toBe('2024-03-27');
    }
    // As a week begins in Singapore, it is four in the afternoon in London.
    const first = agentsIn(await search('2024-03-26T16:00:00Z', '2024-03-26T16:15:00Z'));
    const running = first.flatMap((agent) => agent.shifts).map(({ schedule }) => schedule?.weekDate);
    expect(running.length).toBeGreaterThan(0);
    expect(new Set(running)).toEqual(new Set(['2024-03-20']));
  });

  it('show those that start in the range alone, where the organisation does so', async () => {
    const range = ['2024-03-21T08:00:00Z', '2024-03-21T09:00:00Z'] as const;
    await start();
    const overlapping = agentsIn(await search(...range)).flatMap((agent) => agent.shifts);
    expect(overlapping.some(({ startDate }) => Date.parse(startDate) < Date.parse(range[0]))).toBe(true);
    await calls.simulator.close();
    await start({ schedules: { found: 'starting' } });
    const starting = agentsIn(await search(...range)).flatMap((agent) => agent.shifts);
    expect(starting.every(({ startDate }) => Date.parse(startDate) >= Date.parse(range[0]))).toBe(true);
    expect(starting.length).toBeLessThan(overlapping.length);
  });

  it('answer for a unit and for users what the business unit answers for them', async () => {
    await start();
    const range = ['2024-03-19T16:00:00Z', '2024-03-26T16:00:00Z'] as const;
    const whole = agentsIn(await search(...range));
    const byUnit = await Promise.all(
      calls.simulator.units.map(async ({ id }) => agentsIn(await search(...range, `managementunits/${id}`))),
    );
    const idsOf = (agents: readonly Agent[]) => agents.flatMap(({ shifts }) => shifts.map(({ id }) => id)).sort();
    expect(idsOf(byUnit.flat())).toEqual(idsOf(whole));
    expect(new Set(idsOf(whole)).size).toBe(idsOf(whole).length);
    const two = whole.slice(0, 2);
    const userIds = two.map(({ user }) => user.id);
    expect(agentsIn(await search(...range, `businessunits/${bu()}`, { userIds }))).toEqual(two);
    expect(whole.some(({ fullDayTimeOffMarkers }) => fullDayTimeOffMarkers.length > 0)).toBe(true);
    expect(agentsIn(await search(...range, `businessunits/${bu()}`, { userIds: ['nobody'] }))).toEqual([]);
  });

  it('answer a search in three ways: at once, behind a URL, and never', async () => {
    await start();
    const range = ['2024-03-19T16:00:00Z', '2024-03-26T16:00:00Z'] as const;
    const { result } = (await search(...range)).body;
    calls.simulator.addFault({ kind: 'searchByUrl' });
    const behind = await search(...range);
    expect(behind.body).not.toHaveProperty('result');
    const downloaded = await fetch(String(behind.body['downloadUrl']));
    expect([downloaded.status, await downloaded.json()]).toEqual([200, result]);
    expect((await fetch(String(behind.body['downloadUrl']), { headers: { authorization: 'Bearer x' } })).status).toBe(
      400,
    );
    calls.simulator.addFault({ kind: 'searchProcessing', aboveAgents: 3, times: null });
    expect((await search(...range)).body).toEqual({
      status: 'Processing',
      operationId: expect.any(String),
      progress: 10,
    });
    const userIds = agentsIn({ body: { result } } as unknown as Answer)
      .slice(0, 3)
      .map(({ user }) => user.id);
    expect((await search(...range, `businessunits/${bu()}`, { userIds })).body['status']).toBe('Complete');
    calls.simulator.removeFaults();
    const forced = await calls.post(`${WFM}/businessunits/${bu()}/agentschedules/search?forceDownloadService=true`, {
      startDate: range[0],
      endDate: range[1],
    });
    expect(forced.body).toHaveProperty('downloadUrl');
  });

  it('put results that are large behind a URL by themselves', async () => {
    await start({ schedules: { inlineBytes: 1000 } });
    expect((await search('2024-03-19T16:00:00Z', '2024-03-26T16:00:00Z')).body).toHaveProperty('downloadUrl');
    expect((await search('2024-03-19T16:00:00Z', '2024-03-19T16:00:01Z')).status).toBe(200);
  });

  it('move their version with each edit, and show what was edited', async () => {
    await start();
    const range = ['2024-03-25T06:00:00Z', '2024-03-25T06:15:00Z'] as const;
    const running = async () => (await list('includeOnlyPublished=true', '2024-03-20'))[0];
    const before = await running();
    const working = agentsIn(await search(...range)).map(({ user }) => user.id);
    expect(working.length).toBeGreaterThan(2);
    await edit({ removeAgents: 2 });
    expect(agentsIn(await search(...range)).length).toBe(working.length - 2);
    await edit({ addAgents: 4 });
    expect(agentsIn(await search(...range)).length).toBe(working.length + 2);
    expect((await running())?.metadata).toMatchObject({
      version: (before?.metadata.version ?? 0) + 2,
      dateModified: '2024-03-25T06:00:00.000Z',
    });
    await edit({ clear: true });
    expect(agentsIn(await search(...range))).toEqual([]);
    await edit({ restore: true });
    expect(agentsIn(await search(...range)).map(({ user }) => user.id)).toEqual(working);
    await edit({ draft: true });
    expect((await running())?.metadata.version).toBe((before?.metadata.version ?? 0) + 4);
    expect((await list('', '2024-03-20')).map(({ published }) => published)).toEqual([true, false]);
  });

  it('can be withdrawn, or replaced by their draft, which has another id and other shifts', async () => {
    await start();
    const range = ['2024-03-20T00:00:00Z', '2024-03-26T00:00:00Z'] as const;
    const [published, draft] = await list('', '2024-03-20');
    const asked = agentsIn(await search(...range));
    await edit({ publish: 'draft' });
    expect(await list('includeOnlyPublished=true', '2024-03-20')).toMatchObject([{ id: draft?.id }]);
    const later = agentsIn(await search(...range));
    expect(later).not.toEqual(asked);
    await edit({ removeAgents: [later[0]?.user.id ?? ''] });
    expect(agentsIn(await search(...range))).toEqual(later.slice(1));
    expect((await list('includeOnlyPublished=true', '2024-03-20'))[0]?.metadata.version).toBe(
      (draft?.metadata.version ?? 0) + 2,
    );
    await edit({ publish: 'none' });
    expect(await list('includeOnlyPublished=true', '2024-03-20')).toEqual([]);
    expect(agentsIn(await search(...range))).toEqual([]);
    const query = `${WFM}/businessunits/${bu()}/weeks/2024-03-20/schedules`;
    const body = { managementUnitId: calls.simulator.units[0]?.id };
    const [ofPublished, ofDraft] = await Promise.all(
      [published, draft].map(async (one) =>
        agentsIn(await calls.post(`${query}/${one?.id ?? ''}/agentschedules/query`, body)),
      ),
    );
    const [first, moved] = [ofPublished?.[0]?.shifts[0], ofDraft?.[0]?.shifts[0]];
    expect(Date.parse(moved?.startDate ?? '') - Date.parse(first?.startDate ?? '')).toBe(3_600_000);
  });

  it('hold an agent in two units at once where somebody planned it so', async () => {
    await start();
    const [one, other] = calls.simulator.units;
    const agent = agentsIn(
      await search('2024-03-25T06:00:00Z', '2024-03-25T06:15:00Z', `managementunits/${one?.id ?? ''}`),
    )[0];
    const userId = agent?.user.id ?? '';
    const added = { userId, managementUnitId: other?.id, startDate: '2024-03-25T06:00:00Z', lengthMinutes: 60 };
    await edit({ addAgents: [added] });
    const whole = agentsIn(await search('2024-03-25T06:00:00Z', '2024-03-25T06:15:00Z'));
    const both = whole.filter(({ user }) => user.id === userId);
    expect(both.map(({ shifts }) => shifts.length)).toEqual([2]);
    expect(await edit({ clear: true, addAgents: [{ ...added, userId: 'nobody' }] })).toEqual({
      message: expect.any(String),
    });
    expect(agentsIn(await search('2024-03-25T06:00:00Z', '2024-03-25T06:15:00Z'))).toEqual(whole);
    expect(await edit({ weekDate: '2024-03-25' })).toEqual({ message: expect.stringContaining('Wednesday') });
  });

  it('are refused without a permission to see schedules', async () => {
    await start({ permissions: ['wfm:agent:view', 'telephony:plugin:all'] });
    const refused = await search('2024-03-19T16:00:00Z', '2024-03-26T16:00:00Z');
    expect([refused.status, refused.body['code']]).toEqual([403, 'missing.any.permissions']);
    expect((await calls.get('/api/v2/telephony/providers/edges/trunks')).status).toBe(200);
    expect((await calls.get('/api/v2/outbound/campaigns')).status).toBe(403);
    calls.simulator.addFault({ kind: 'permissionWithdrawn', permission: 'telephony:plugin:all' });
    expect((await calls.get('/api/v2/telephony/providers/edges/trunks')).status).toBe(403);
  });
});

/** How much of a shift lies in an interval of milliseconds. */
function secondsInside(shift: ShiftBody, start: number, end: number): number {
  const startMs = Date.parse(shift.startDate);
  return Math.max(0, Math.min(end, startMs + shift.lengthMinutes * 60_000) - Math.max(start, startMs)) / 1000;
}
