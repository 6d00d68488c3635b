import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory } from '../support/testWorker.js';
import { oneDayWindowIds } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const AGGREGATES = '/api/v2/analytics/users/aggregates/query';
const THREE_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-07',
  windowDays: { adherence: 1 },
};
/** The second day in Singapore, in a request. */
const SECOND_DAY = '"startDate":"2024-03-04T16:00';

interface Note {
  readonly windowId: string | null;
  readonly why: string;
  readonly landings: readonly { readonly path: string; readonly bytes: number }[];
  readonly correlationIds: readonly string[];
  readonly jobIds: readonly string[];
}

/** What an operator finds in `quarantine` of the object store, with the bytes that each note names. */
function quarantine(): { path: string; note: Note; sizes: number[] }[] {
  const objects = objectsDirectory(environment.directory);
  return readdirSync(objects, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.startsWith('quarantine/') && path.endsWith('.json'))
    .sort()
    .map((path) => {
      const note = JSON.parse(readFileSync(join(objects, path), 'utf8')) as Note;
      return { path, note, sizes: note.landings.map((landing) => readFileSync(join(objects, landing.path)).length) };
    });
}

async function expectWhole(to = THREE_DAYS.to): Promise<void> {
  const states = await adherenceStates(environment, THREE_DAYS.from, to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
}

describe('a result that is not what it should be', () => {
  it('for want of a required field is a gap that names the path; its bytes are kept, and the others are loaded', async () => {
    environment = await exportEnvironment(address, { name: 'a missing field' });
    const { simulator } = environment;
    simulator.addFault({ kind: 'missingField', field: 'dayStartOffsetSeconds', match: SECOND_DAY });
    const result = await environment.run(THREE_DAYS);
    const [, second = ''] = oneDayWindowIds(environment, { from: THREE_DAYS.from, days: 3 });
    const [kept] = quarantine();
    expect(result).toMatchObject({
      status: 'completeWithGaps',
      windows: 3,
      gaps: [{ from: '2024-03-05', to: '2024-03-06', reason: 'Corrupt' }],
    });
    expect(result.gaps[0]?.message).toBe(
      `${second}: userResults[0].dayMetrics[0].dayStartOffsetSeconds is missing in Genesys's answer. Nothing was loaded; the bytes are kept as received; see ${kept?.path}`,
    );
    const states = await adherenceStates(environment, THREE_DAYS.from, THREE_DAYS.to);
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: { ...states, '2024-03-05': 'failed Corrupt' },
    });

    expect(quarantine()).toHaveLength(1);
    expect(kept?.note.windowId).toBe(second);
    expect(kept?.note.correlationIds[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(kept?.note.jobIds).toHaveLength(1);
    expect(kept?.sizes).toEqual(kept?.note.landings.map(({ bytes }) => bytes));
    // One job, its two files twice: once more, and no further.
    expect(simulator.counts().jobs).toMatchObject({ total: 3, duplicates: 0 });
    expect(simulator.counts().downloads).toMatchObject({ complete: 8, fetchedTwice: 2 });

    expect(await environment.run(THREE_DAYS)).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    await expectWhole();
  });

  it.each(['transit', 'shape'] as const)(
    'because its bytes were altered (%s) is kept aside and fetched once more, alone, and all is loaded',
    async (how) => {
      environment = await exportEnvironment(address, { name: `altered in ${how}` });
      const { simulator } = environment;
      simulator.addFault({ kind: 'alteredBytes', how, match: SECOND_DAY });
      expect(await environment.run(THREE_DAYS)).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
      await expectWhole();
      const [kept, ...others] = quarantine();
      expect(others).toEqual([]);
      expect(kept?.note.windowId).toBe(oneDayWindowIds(environment, { from: '2024-03-05', days: 1 })[0]);
      expect(kept?.note.why).toMatch(
        how === 'transit' ? /^landing [0-9a-f]{64}: its bytes are not whole gzip/ : /dayStartOffsetSeconds is missing/,
      );
      expect(kept?.sizes).toEqual(kept?.note.landings.map(({ bytes }) => bytes));
      const { jobs, downloads } = simulator.counts();
      expect(jobs).toMatchObject({ total: 3, duplicates: 0 });
      // Damage on the way is one file's; a shape is the result's, whose other file is suspect too.
      expect(downloads.fetchedTwice).toBe(how === 'transit' ? 0 : 1);
    },
  );

  it('because it broke off half way, was cut short, or is longer or shorter than was told, is completed or fetched once more', async () => {
    environment = await exportEnvironment(address, { name: 'bodies of wrong lengths' });
    const { simulator } = environment;
    // One cut off, one cut short of which nobody said how long it is, one longer and one shorter than the length that was told: each
    // meets another day's files, because a result that is damaged once more when it is fetched anew is a gap.
    const path = '/downloads';
    const bodies = [
      { kind: 'truncatedBody', path } as const,
      ...(['chunked', 'smaller', 'larger'] as const).map((as) => ({ kind: 'wrongLength', as, path }) as const),
    ];
    for (const [day, body] of bodies.entries()) {
      simulator.addFault(body);
      const [from, to] = [`2024-03-0${4 + day}`, `2024-03-0${5 + day}`];
      expect(await environment.run({ ...THREE_DAYS, from, to })).toMatchObject({
        status: 'complete',
        windows: 1,
        gaps: [],
      });
    }
    await expectWhole('2024-03-08');
    expect(simulator.counts().struck).toMatchObject({ truncatedBody: 1, wrongLength: 3 });
    expect(simulator.counts().jobs).toMatchObject({ total: 4, duplicates: 0 });
  });

  it('for want of a field in an occupancy answer is asked for once more; both answers are kept', async () => {
    environment = await exportEnvironment(address, { name: 'a missing user' });
    const { simulator } = environment;
    simulator.addFault({ kind: 'missingField', field: 'userId', match: 'tAgentRoutingStatus' });
    const result = await environment.run({ from: THREE_DAYS.from, to: THREE_DAYS.to });
    expect(result).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    expect(simulator.counts().calls[`POST ${AGGREGATES}`]).toEqual({ '200': 2 });
    expect(quarantine().map(({ note }) => note.why)).toEqual([
      expect.stringContaining('results[0].group.userId is missing'),
    ]);
  });

  it('because an answer of the API is not JSON is kept, and asked for once more, windows and structure alike', async () => {
    environment = await exportEnvironment(address, { name: 'not JSON' });
    const { simulator } = environment;
    const half = { kind: 'wrongLength' as const, as: 'chunked' as const };
    simulator.addFault({ ...half, path: '/api/v2/workforcemanagement/businessunits' });
    simulator.addFault({ ...half, path: AGGREGATES });
    const result = await environment.run({ from: THREE_DAYS.from, to: THREE_DAYS.to });
    expect(result).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    const kept = quarantine();
    expect(kept.map(({ note }) => note.windowId === null)).toEqual([false, true]);
    for (const { note, sizes } of kept) {
      expect(note.why).toMatch(/is gzip and is not|something other than JSON|the JSON document ends unfinished/);
      expect(sizes).toEqual(note.landings.map(({ bytes }) => bytes));
    }
  });
});
