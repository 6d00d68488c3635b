import { expect, it } from '@jest/globals';
import { verify } from '../../src/custody/verify.js';
import { HeldObjects } from '../../src/domain/legalHold.js';
import { openS3Store } from '../../src/objects/s3Store.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { HeldOrganisation } from './heldOrganisation.js';

const program = await objectServerProgram();

describeObjectServer('a legal hold in a bucket', program, (server) => {
  it('keeps objects by version from a purge, which removes every version of the others, until it is released', async () => {
    const store = openS3Store(await server().bucket({ prefix: 'acme' }));
    try {
      const organisation = new HeldOrganisation(store);
      for (const day of [0, 1, 2]) await organisation.load(day, day < 2 ? 'shared' : 'own');
      await organisation.write();
      await organisation.bind();
      await organisation.place('matter', 1, 2);
      const [document = ''] = await store.list('seals/held/matter');
      const recorded = HeldObjects.parse(JSON.parse(Buffer.from((await store.read(document)) ?? '').toString()));
      expect(recorded.missing).toEqual([]);
      for (const { path, versionId } of recorded.objects) {
        expect(versionId).toMatch(/./);
        expect(await store.protection(path)).toMatchObject({ versionId, held: true });
      }

      await organisation.purge(9);
      const left = await store.list('seals/export');
      expect(left).toEqual([expect.stringContaining('2024-03-02_2024-03-03')]);
      expect(await store.list('landings')).toHaveLength(1);
      expect(await verify({ store, facts: null })).toMatchObject({ ok: true, purged: 2 });

      await organisation.release('matter');
      await organisation.purge(9);
      expect([...(await store.list('seals/export')), ...(await store.list('landings'))]).toEqual([]);
      expect(await verify({ store, facts: null })).toMatchObject({ ok: true, purged: 3 });
    } finally {
      await store.close();
    }
  });

  it('cannot be placed where the bucket has no Object Lock', async () => {
    const store = openS3Store(await server().bucket({ lock: false }));
    try {
      expect(await store.holdable()).toMatchObject({ holdable: false, why: expect.stringMatching(/Object Lock/) });
    } finally {
      await store.close();
    }
  });
});
