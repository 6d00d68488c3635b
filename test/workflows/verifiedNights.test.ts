import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { handleOf } from '../../src/temporal/nightly/nightlySchedules.js';
import { nightlySummaries } from '../../src/temporal/nightly/nightlySummaries.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { applyEntry, closeNights, nightlyEntry, nightsRun } from '../support/nightlyRuns.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory } from '../support/testWorker.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => closeNights(environment));

describe('the nights of a schedule', () => {
  it('verify everything at first, then what came since, and tell what somebody altered until it is put right', async () => {
    environment = await exportEnvironment(address, { name: 'verified nights' });
    // Half a day away: every night is one that the test begins.
    const at = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
    const entry = { at, datasets: ['adherence'], horizonDays: 1, lookBackDays: 1 };
    await applyEntry(environment, entry);
    const first = await triggered(1);
    expect(first).toMatchObject({ whole: true, wholeAt: first.verifiedAt, first: [] });
    expect(first.head?.seq).toBeGreaterThan(0);
    const second = await triggered(2);
    expect(second).toMatchObject({ whole: false, wholeAt: first.wholeAt, first: [] });

    // What a night lands is new to it: the management units, read again.
    const landings = join(objectsDirectory(environment.directory), 'landings');
    const before = new Set(readdirSync(landings));
    await environment.run({ datasets: ['adherence'], from: '2024-03-04', to: '2024-03-05' });
    const landing = readdirSync(landings).find((name) => !before.has(name)) ?? '';
    const bytes = readFileSync(join(landings, landing));
    rmSync(join(landings, landing));
    writeFileSync(join(landings, landing), 'something else');
    const object = `landings/${landing}`;
    const third = await triggered(3);
    expect(third).toMatchObject({ whole: false, first: [{ kind: 'landing-altered', object }] });
    expect(third.broken).toEqual({ 'landing-altered': 1 });
    const { client, taskQueue } = environment;
    const summary = await eventually('the list of workflows has it', async () => {
      const [found] = await nightlySummaries(client, { nightly: [nightlyEntry(environment, entry)], taskQueue });
      return found?.custody?.verifiedAt === third.verifiedAt && found;
    });
    expect(summary.custody?.broken).toEqual({ 'landing-altered': 1 });

    rmSync(join(landings, landing));
    writeFileSync(join(landings, landing), bytes);
    const fourth = await triggered(4);
    expect(fourth.whole).toBe(true);
    expect(fourth.broken).toEqual({});
  });
});

/** What the last of so many nights found. */
async function triggered(nights: number) {
  await handleOf(environment.client, environment.taskQueue).trigger();
  const custody = (await nightsRun(environment, nights)).at(-1)?.custody;
  if (!custody) throw new Error('the night did not verify');
  return custody;
}
