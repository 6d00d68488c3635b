import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countSites } from '../../activities/countSites.js';
import { UnitFacts } from '../../activities/unitFacts.js';
import { PolicySite } from '../../src/domain/sync/syncPolicy.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { failureOf } from '../genesys/support/allOf.js';
import { type Organisation, startOrganisation } from '../genesys/support/organisation.js';

const FROM_MS = Date.parse('2026-03-02T00:00:00Z');
const TIME = { fromMs: FROM_MS, toMs: FROM_MS + 4 * 3_600_000, intervalMinutes: 60 };
const ROUTES = [{ outboundRoute: 'r', callsPerAgent: 1, trunks: [{ trunkBase: 't', carrier: 'c', maxCalls: 9 }] }];

let organisation: Organisation;
let directory: string;
let units: UnitFacts;

beforeEach(async () => {
  organisation = await startOrganisation();
  directory = mkdtempSync(join(tmpdir(), 'rosterline-count-'));
  units = new UnitFacts(() => FROM_MS);
});
afterEach(async () => {
  await organisation.close();
  rmSync(directory, { recursive: true, force: true });
});

function agent(id: string, activityCodeId: string, startDate: string): object {
  return { user: { id }, shifts: [{ id: 's', activities: [{ startDate, lengthMinutes: 60, activityCodeId }] }] };
}

/** Counts a landed answer for a site that goes by categories. */
async function counted(agentSchedules: readonly object[]): Promise<readonly number[]> {
  const objects = openFileStore({ directory });
  const landing = await objects.landBytes(Buffer.from(JSON.stringify({ result: { agentSchedules } })), 'identity');
  const [site] = await countSites(objects, organisation.client, units, {
    businessUnitId: 'bu-1',
    sites: [PolicySite.parse({ site: 'site-1', businessUnit: 'bu-1', routes: ROUTES })],
    time: TIME,
    landings: [{ ...landing, receivedAt: '2026-03-02T00:00:00Z' }],
  });
  return site?.agents ?? [];
}

describe('counting the agents of sites', () => {
  it('looks up an activity code that is new, once, and counts by it', async () => {
    const codes = [{ id: 'calls', name: 'Calls', category: 'OnQueueWork' }];
    organisation.on('/activitycodes', () => ({ json: { entities: codes } }));
    const looked = (): number => organisation.server.arrivedAt('/activitycodes').length;
    const early = agent('u-1', 'calls', '2026-03-02T01:00:00Z');
    expect([await counted([early]), looked()]).toEqual([[0, 1, 0, 0], 1]);

    codes.push({ id: 'sales', name: 'Sales calls', category: 'OnQueueWork' });
    const late = agent('u-2', 'sales', '2026-03-02T02:00:00Z');
    expect([await counted([early, late]), looked()]).toEqual([[0, 1, 1, 0], 2]);
    expect([await counted([early, late]), looked()]).toEqual([[0, 1, 1, 0], 2]);
  });

  it('reads the users of a unit once where two sites ask at once', async () => {
    const users = '/managementunits/mu-1/users';
    const read = (): number => organisation.server.arrivedAt(users).length;
    const asked = () => units.users(organisation.client, ['mu-1']);
    organisation.on(users, { json: { entities: [{ id: 'u-1', name: 'Tan Wei' }] } });
    expect(await Promise.all([asked(), asked()])).toEqual([new Set(['u-1']), new Set(['u-1'])]);
    expect(read()).toBe(1);
  });

  it('reads instants without a zone as UTC, and agents without shifts as nobody', async () => {
    organisation.on('/activitycodes', { json: { entities: [{ id: 'calls', category: 'OnQueueWork' }] } });
    const agents = [agent('u-1', 'calls', '2026-03-02T03:00:00'), { user: { id: 'u-2' } }];
    expect(await counted(agents)).toEqual([0, 0, 0, 1]);
  });

  it('says where an answer lacks what is needed, and shows no name', async () => {
    organisation.on('/activitycodes', { json: { entities: [{ id: 'calls', category: 'OnQueueWork' }] } });
    const broken = { user: { id: 'u-9', name: 'Tan Wei' }, shifts: [{ activities: [{ activityCodeId: 'calls' }] }] };
    const failure = await failureOf(counted([agent('u-1', 'calls', '2026-03-02T01:00:00Z'), broken]));
    expect(failure).toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('agentSchedules.1.shifts.0.activities.0.startDate'),
    });
    expect(failure).not.toMatchObject({ message: expect.stringContaining('Tan Wei') });
  });
});
