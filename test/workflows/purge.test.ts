import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readChain } from '../../src/custody/chain.js';
import { verify } from '../../src/custody/verify.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { placeHold, releaseHold } from '../support/holdRuns.js';
import { purgeBefore, startPurge } from '../support/purgeRuns.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { objectsDirectory } from '../support/testWorker.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();

const ONE_DAY_WINDOWS = { datasets: ['adherence' as const], windowDays: { adherence: 1 } };

describe('a purge', () => {
  let environment: ExportEnvironment;
  let store: ObjectStore;

  beforeAll(async () => {
    environment = await exportEnvironment(address, { name: 'purge' });
    store = openFileStore({ directory: objectsDirectory(environment.directory) });
    await environment.run({ ...ONE_DAY_WINDOWS, from: '2024-03-04', to: '2024-03-10' });
  });
  afterAll(() => environment.close());

  /** Days whose window still has its seal. */
  async function sealedDays(): Promise<string[]> {
    const paths = await store.list('seals/export');
    return [...new Set(paths.map((path) => /(\d{4}-\d{2}-\d{2})_/.exec(path)?.[1] ?? ''))];
  }
  const brokenThings = async () => (await verify({ store, facts: environment.warehouse })).broken;
  const rows = async () => await environment.warehouse.query('SELECT count(*) AS n FROM adherence_day');

  it('that is only planned shows what it would remove, and removes nothing', async () => {
    const before = await store.list('');
    const handle = await startPurge(environment, '2024-03-06', {}, false);
    const planned = await eventually('it is planned', async () => {
      const progress = await handle.query<{ state: string }>('purgeProgress');
      return progress.state === 'planned' && progress;
    });
    expect(planned).toMatchObject({ before: '2024-03-06', counts: { windows: 2, pages: 1, stays: {} } });
    await handle.signal('abandonPurge');
    expect(await handle.result()).toMatchObject({ state: 'abandoned', removed: 0 });
    expect((await store.list('')).filter((path) => !path.startsWith('plans/'))).toEqual(
      before.filter((path) => !path.startsWith('plans/')),
    );
  });

  it('removes what is older, keeps what is held, and is itself in the chain before anything goes', async () => {
    const before = await rows();
    await placeHold(environment, `held-${environment.taskQueue}`, { from: '2024-03-05', to: '2024-03-06' });
    const purged = await purgeBefore(environment, '2024-03-07');
    expect(purged).toMatchObject({
      state: 'completed',
      counts: { windows: 2, stays: { held: 1 } },
      stayed: {},
    });
    expect(purged.removed).toBe(purged.counts?.objects);
    expect(await sealedDays()).toEqual(['2024-03-05', '2024-03-07', '2024-03-08', '2024-03-09']);
    expect(await rows()).toEqual(before);

    const bound: string[] = [];
    for await (const { entry } of readChain(store))
      if (entry?.kind === 'purge') bound.push(...entry.seals.map(({ path }) => path));
    const { purgeId } = purged;
    expect(bound).toEqual([
      `seals/purged/${purgeId}/000000.json`,
      `seals/purges/${purgeId}.json`,
      `seals/purges/${purgeId}/completed.json`,
    ]);
  });

  it('is known to verify: what it names is purged, and its rows are counted all the same', async () => {
    expect(await brokenThings()).toEqual([]);
    const report = await verify({ store, facts: environment.warehouse });
    expect(report).toMatchObject({ ok: true, purged: 2 });
  });

  it('comes to what was held once the hold is released, and to nothing a second time', async () => {
    await releaseHold(environment, `held-${environment.taskQueue}`);
    expect(await purgeBefore(environment, '2024-03-08')).toMatchObject({ counts: { windows: 2, stays: {} } });
    expect(await purgeBefore(environment, '2024-03-08')).toMatchObject({ state: 'nothing', removed: 0 });
    expect(await sealedDays()).toEqual(['2024-03-08', '2024-03-09']);
    expect(await brokenThings()).toEqual([]);
  });

  it('leaves days covered: an export of them brings nothing, and one that is told to reload seals them anew', async () => {
    const request = { ...ONE_DAY_WINDOWS, from: '2024-03-04', to: '2024-03-05' };
    expect(await environment.run(request)).toMatchObject({ windows: 0 });
    expect(await environment.run({ ...request, reload: 'all' })).toMatchObject({ windows: 1, status: 'complete' });
    expect(await store.list('seals/export')).toContainEqual(expect.stringMatching(/2024-03-04_2024-03-05\/2\.json$/));
    expect(await brokenThings()).toEqual([]);
  });

  it('of what is to come is refused', async () => {
    await expect(purgeBefore(environment, '2999-01-01')).rejects.toMatchObject({
      cause: { cause: { type: 'InvalidInput' } },
    });
  });
});
