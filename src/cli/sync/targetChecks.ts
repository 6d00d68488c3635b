import { ACCESS_RIGHTS, neededText } from '../../domain/accessRights.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { METADATA_COLUMNS } from '../../domain/sync/metadataRow.js';
import type { SyncPolicy } from '../../domain/sync/syncPolicy.js';
import type { DataTable } from '../../genesys/dataTableCalls.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { Campaign } from '../../genesys/outboundCalls.js';
import { allPages } from './foundTelephony.js';

/** Columns that hold counts; the others hold text. */
const COUNTS = ['schedule_version', 'agents_available', 'calls_wanted'];

/** The data table with its columns and rows, and the campaigns: as far as reading proves them. */
export async function checkTargets(list: Checklist, client: GenesysClient, policy: SyncPolicy): Promise<void> {
  const { metadataTable } = policy;
  if (metadataTable !== undefined) {
    await list.look('data table', neededText(ACCESS_RIGHTS.dataTable), async () =>
      columnsOf((await client.dataTable(metadataTable)).value),
    );
    await list.look('its rows', neededText(ACCESS_RIGHTS.dataTableRows), async () => {
      const { value } = await client.dataTableRows(metadataTable, 1);
      const unreadable = value.items.filter(({ row }) => row === null).length;
      return {
        value: true,
        message: `${value.items.length} read${value.pageCount > 1 ? ` of ${value.pageCount} pages` : ''}${unreadable > 0 ? `; ${unreadable} not the sync's, left alone unless their key is a trunk base of the policy` : ''}`,
      };
    });
    await unproven(
      list,
      'writing rows',
      `${neededText(ACCESS_RIGHTS.addDataTableRow)}; ${neededText(ACCESS_RIGHTS.putDataTableRow)}`,
    );
  }
  const ids = policy.sites.flatMap(({ campaigns }) => campaigns.map(({ campaign }) => campaign));
  if (ids.length === 0) return;
  await list.look('campaigns', neededText(ACCESS_RIGHTS.campaigns), async () =>
    campaignsOf(policy, await allPages(async (page) => (await client.campaigns(page, ids)).value)),
  );
  await unproven(list, 'writing campaigns', neededText(ACCESS_RIGHTS.patchCampaign));
}

/** Only a write would prove it, and checking writes nothing. */
async function unproven(list: Checklist, name: string, needed: string): Promise<void> {
  await list.look(name, needed, () => ({
    value: true,
    message: `not proven, because nothing is written here; it needs ${needed}`,
    warning: true,
  }));
}

function columnsOf({ name, columns }: DataTable): Found<true> {
  const types = new Map(columns.map((column) => [column.name, column.type]));
  const missing = METADATA_COLUMNS.filter((column) => !types.has(column));
  if (missing.length > 0) throw new Error(`${name} lacks the columns ${missing.join(', ')}: add them in Architect`);
  const wrong = METADATA_COLUMNS.filter((column) => {
    const type = types.get(column);
    return type != null && !(COUNTS.includes(column) ? ['integer', 'number'] : ['string']).includes(type);
  });
  if (wrong.length > 0)
    throw new Error(
      `${name} has columns of another type than the sync writes (${COUNTS.join(', ')} integer, the others string): ${wrong.map((column) => `${column} is ${types.get(column)}`).join(', ')}`,
    );
  return { value: true, message: `${name}, with all ${METADATA_COLUMNS.length} columns` };
}

function campaignsOf(policy: SyncPolicy, found: readonly Campaign[]): Found<true> {
  const byId = new Map(found.map((campaign) => [campaign.id, campaign]));
  const wanted = policy.sites.flatMap(({ site, campaigns }) => campaigns.map(({ campaign }) => ({ campaign, site })));
  const missing = wanted.filter(({ campaign }) => !byId.has(campaign));
  if (missing.length > 0) throw new Error(`there is no campaign ${missing.map(({ campaign }) => campaign).join(', ')}`);
  const elsewhere = wanted.filter(({ campaign, site }) => (byId.get(campaign)?.siteId ?? site) !== site);
  const names = found.map(({ name }) => name).join(', ');
  if (elsewhere.length === 0) return { value: true, message: names };
  const strangers = elsewhere.map(({ campaign }) => byId.get(campaign)?.name).join(', ');
  return { value: true, message: `${names}; of another site than the policy says: ${strangers}`, warning: true };
}
