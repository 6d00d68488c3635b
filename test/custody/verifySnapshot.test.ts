import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealDocument } from '../../src/custody/sealDocument.js';
import { verify } from '../../src/custody/verify.js';
import { SnapshotSeal } from '../../src/domain/sync/snapshotSeal.js';
import { openFileStore } from '../../src/objects/fileStore.js';

const AT = '2026-03-25T12:00:00Z';
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-verify-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A store with one sealed snapshot. @returns path of its landing. */
async function withSnapshot(): Promise<string> {
  const store = openFileStore({ directory });
  const landing = await store.landBytes(Buffer.from('{"result":{"agentSchedules":[]}}'), 'identity');
  const document = SnapshotSeal.parse({
    v: 1,
    kind: 'snapshot',
    organisationId: 'org-1',
    syncId: 'trunkSync/org-1',
    businessUnitId: 'bu-1',
    scheduleId: 'schedule-1',
    scheduleVersion: 4,
    timeZone: 'Europe/London',
    requests: [],
    landings: [{ ...landing, receivedAt: AT }],
    intervalMinutes: 15,
    from: AT,
    sites: [{ siteId: 'site-1', activityCodes: ['0'], users: null, agents: [0, 0] }],
  });
  await sealDocument(store, { path: 'seals/snapshots/2026-03-22/one.json', document, kind: 'round', at: AT });
  return join(directory, 'landings', landing.sha256);
}

async function broken(): Promise<unknown> {
  return (await verify({ store: openFileStore({ directory }), facts: null })).broken;
}

describe('verify and the snapshots of the trunk sync', () => {
  it('finds a snapshot whole', async () => {
    await withSnapshot();
    expect(await broken()).toEqual([]);
  });

  it('finds that the answer behind a snapshot is missing, or another one', async () => {
    const path = await withSnapshot();
    rmSync(path, { force: true });
    expect(await broken()).toMatchObject([{ kind: 'landing-missing' }]);
    writeFileSync(path, 'something else');
    expect(await broken()).toMatchObject([{ kind: 'landing-altered' }]);
  });
});
