import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readChain } from '../../src/custody/chain.js';
import { HeldObjects } from '../../src/domain/legalHold.js';
import { WindowSeal } from '../../src/domain/seal.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { verify } from '../../src/custody/verify.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { placeAndRelease, placeHold, releaseHold } from '../support/holdRuns.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { objectsDirectory } from '../support/testWorker.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();

const ONE_DAY_WINDOWS = { datasets: ['adherence' as const], windowDays: { adherence: 1 } };

function anyTextWith(text: string): unknown {
  return expect.stringContaining(text);
}

describe('a legal hold', () => {
  let environment: ExportEnvironment;
  let store: ObjectStore;
  const id = (name: string): string => `${name}-${environment.taskQueue.slice(-8)}`;

  beforeAll(async () => {
    environment = await exportEnvironment(address, { name: 'legal hold' });
    store = openFileStore({ directory: objectsDirectory(environment.directory) });
    await environment.run({ ...ONE_DAY_WINDOWS, from: '2024-03-04', to: '2024-03-08' });
  });
  afterAll(() => environment.close());

  /** Days of the windows whose seal and landings are all held; those of which only some are held are named. */
  async function heldDays(): Promise<string[]> {
    const days: string[] = [];
    for (const path of (await store.list('seals/export')).filter((each) => each.endsWith('.json'))) {
      const seal = WindowSeal.parse(JSON.parse(Buffer.from((await store.read(path)) ?? '').toString()));
      const objects = [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)];
      const held = await Promise.all(objects.map(async (object) => (await store.protection(object))?.held));
      if (held.every(Boolean)) days.push(`${seal.from} ${seal.number}`);
      else if (held.some(Boolean)) days.push(`${seal.from} ${seal.number} in part`);
    }
    return days.sort();
  }

  it('keeps the seals and landings of its days, no others, and those that arrive later', async () => {
    const placed = await placeHold(environment, id('march'), { from: '2024-03-05', to: '2024-03-12' });
    expect(placed).toMatchObject({ state: 'held' });
    expect(await heldDays()).toEqual(['2024-03-05 1', '2024-03-06 1', '2024-03-07 1']);
    expect(await environment.warehouse.holds()).toMatchObject([{ holdId: id('march'), from: '2024-03-05' }]);

    await environment.run({ ...ONE_DAY_WINDOWS, from: '2024-03-08', to: '2024-03-14' });
    const arrived = ['2024-03-08 1', '2024-03-09 1', '2024-03-10 1', '2024-03-11 1'];
    expect(await heldDays()).toEqual(['2024-03-05 1', '2024-03-06 1', '2024-03-07 1', ...arrived]);
  });

  it('is in the chain: who and why, and every object that it keeps with the entries that prove it', async () => {
    const bound: string[] = [];
    for await (const { entry } of readChain(store))
      if (entry?.kind === 'hold') bound.push(...entry.seals.map(({ path }) => path));
    expect(bound[0]).toBe(`seals/holds/${id('march')}/placed.json`);
    const documents = await store.list(`seals/held/${id('march')}`);
    expect(bound.slice(1)).toEqual(documents);
    const recorded = await Promise.all(
      documents.map(async (path) =>
        HeldObjects.parse(JSON.parse(Buffer.from((await store.read(path)) ?? '').toString())),
      ),
    );
    const paths = new Set(recorded.flatMap(({ objects }) => objects.map(({ path }) => path)));
    expect(recorded.flatMap(({ missing }) => missing)).toEqual([]);
    expect([...paths].filter((path) => /_2024-03-06\/|_2024-03-12\//.test(path))).toHaveLength(2);
    expect([...paths].filter((path) => path.startsWith('chain/'))).toEqual([
      'chain/000000000001.json',
      'chain/000000000004.json',
    ]);
    expect([...paths].filter((path) => path.startsWith('seals/historyExport/'))).toHaveLength(2);
    for (const path of paths) expect(await store.protection(path)).toMatchObject({ held: true });
    expect((await verify({ store, facts: environment.warehouse })).broken).toEqual([]);
  });

  it('placed twice is one hold, and another of its id is refused', async () => {
    const range = { from: '2024-03-05', to: '2024-03-12' };
    await expect(placeHold(environment, id('march'), range)).resolves.toMatchObject({ state: 'held' });
    await expect(placeHold(environment, id('march'), { ...range, to: '2024-03-13' })).rejects.toMatchObject({
      cause: { cause: { type: 'InvalidInput', message: anyTextWith('stands already') } },
    });
    expect(await store.list('seals/holds')).toHaveLength(1);
  });

  it('of a unit by name is that unit’s; of a unit that nobody knows it is refused', async () => {
    const [unit] = environment.simulator.units;
    const range = { from: '2024-03-04', to: '2024-03-05', managementUnitId: unit?.name ?? '' };
    await placeHold(environment, id('by-name'), range);
    expect(await environment.warehouse.holds()).toContainEqual(
      expect.objectContaining({ holdId: id('by-name'), managementUnitId: unit?.id }),
    );
    await expect(placeHold(environment, id('nobody'), { managementUnitId: 'Nobody' })).rejects.toMatchObject({
      cause: { cause: { type: 'InvalidInput' } },
    });
    await releaseHold(environment, id('by-name'));
  });

  it('that ends leaves held what another keeps, and lets go of the rest', async () => {
    await placeHold(environment, id('other'), { from: '2024-03-11', to: '2024-03-14' });
    expect(await releaseHold(environment, id('march'))).toMatchObject({ state: 'released' });
    expect(await heldDays()).toEqual(['2024-03-11 1', '2024-03-12 1', '2024-03-13 1']);
    expect(await store.protection('chain/000000000004.json')).toMatchObject({ held: true });
    expect(await store.protection('chain/000000000001.json')).toMatchObject({ held: false });
    expect(await environment.warehouse.holds()).toMatchObject([{ holdId: id('other') }]);
    await expect(placeHold(environment, id('march'))).rejects.toMatchObject({
      cause: { cause: { message: anyTextWith('was released') } },
    });
  });

  it('released while it is being placed is placed whole first, and then nothing is held for it', async () => {
    const short = { from: '2024-03-04', to: '2024-03-12' };
    expect(await placeAndRelease(environment, id('short'), short)).toMatchObject({ state: 'released' });
    expect(await heldDays()).toEqual(['2024-03-11 1', '2024-03-12 1', '2024-03-13 1']);
    await releaseHold(environment, id('other'));
    expect(await heldDays()).toEqual([]);
  });

  it('that nobody placed cannot be released', async () => {
    await expect(releaseHold(environment, `never-${randomUUID().slice(0, 8)}`)).rejects.toMatchObject({
      cause: { cause: { type: 'InvalidInput' } },
    });
  });
});
