import { Failure } from '../src/domain/failure.js';
import type { LiveRoster } from '../src/domain/live/liveRoster.js';
import type { LiveSettings } from '../src/domain/live/liveSettings.js';
import { trunkBasesOf } from '../src/domain/sync/policyParts.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';

type Structure = Pick<GenesysClient, 'managementUnits' | 'managementUnitUsers' | 'trunks'>;

/**
 * Reads who and what there is to watch: one call, one for each unit whose agents are watched, one for each page of trunks.
 *
 * Trunks are those of the sync's policy, where there is one: nobody else is told of them.
 *
 * @throws Failure `InvalidInput` naming a unit of the settings that there is not.
 */
export async function readRoster(
  genesys: Structure,
  settings: LiveSettings,
  policy: SyncPolicy | null,
): Promise<LiveRoster> {
  const { value: all } = await genesys.managementUnits();
  const wanted = settings.managementUnits;
  const unknown = wanted?.filter((id) => !all.some((unit) => unit.id === id)) ?? [];
  if (unknown.length > 0)
    throw new Failure(
      'InvalidInput',
      `live.managementUnits: there is no management unit ${unknown.join(', ')}, or this OAuth client may not see it; nothing is listened to until the configuration is mended and the worker restarted`,
    );
  const units = all.filter(({ id }) => wanted?.includes(id) ?? true);
  const managementUnits: { id: string; userIds: string[] }[] = [];
  const areUsersWatched = settings.adherence || settings.occupancy;
  for (const { id } of units) {
    const users = areUsersWatched ? (await genesys.managementUnitUsers(id)).value : [];
    managementUnits.push({ id, userIds: users.map((user) => user.id).sort() });
  }
  return {
    v: 1,
    businessUnitIds: [...new Set(units.map(({ businessUnitId }) => businessUnitId))].sort(),
    managementUnits,
    trunks: settings.trunks ? await readTrunks(genesys, policy) : [],
  };
}

async function readTrunks(genesys: Structure, policy: SyncPolicy | null): Promise<LiveRoster['trunks']> {
  const bases = policy === null ? null : trunkBasesOf(policy);
  const trunks: LiveRoster['trunks'] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const { value } = await genesys.trunks(page);
    pages = value.pageCount;
    for (const { id, trunkBaseId } of value.items)
      if (bases?.includes(trunkBaseId) ?? true) trunks.push({ id, trunkBaseId });
  }
  return trunks;
}
