import type { createGenesysClient } from '../../src/genesys/createGenesysClient.js';

/** What the calls of the trunk sync were made about, for the SDK to make the same. */
export interface AskedBySync {
  readonly businessUnitId: string;
  readonly managementUnitId: string;
  readonly siteId: string;
  readonly routeId: string;
  readonly trunkBaseIds: readonly string[];
  readonly tableId: string;
  readonly key: string;
  readonly campaignId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly userIds: readonly string[];
}

/** Makes every call that the trunk sync makes once, and puts nothing where it was not. */
export async function ourSyncCalls(
  client: ReturnType<typeof createGenesysClient>,
  about: Pick<AskedBySync, 'businessUnitId' | 'managementUnitId' | 'startDate' | 'endDate' | 'userIds'>,
): Promise<AskedBySync> {
  const { businessUnitId, managementUnitId, startDate, endDate, userIds } = about;
  await client.businessUnit(businessUnitId);
  await client.publishedSchedules(businessUnitId);
  await client.searchSchedules({ unit: { businessUnitId }, startDate, endDate, userIds });
  await client.searchSchedules({ unit: { managementUnitId }, startDate, endDate });

  const site = (await client.sites(1)).value.items.find(({ managed }) => !managed);
  const siteId = (await client.site(site?.id ?? '')).value.id;
  const [first] = (await client.siteRoutes(siteId)).value.items;
  const { fact, raw } = (await client.outboundRoute(siteId, first?.fact.id ?? '')).value;
  await client.putOutboundRoute(siteId, raw, fact.trunkBaseIds);
  const [trunkBase] = (await client.trunkBases(1)).value.items;
  await client.trunks(1);

  const [table] = (await client.dataTables(1)).value.items;
  const tableId = (await client.dataTable(table?.id ?? '')).value.id;
  await client.dataTableRows(tableId, 1);
  const key = trunkBase?.id ?? '';
  const row = {
    key,
    carrier: 'SingTel',
    schedule_id: businessUnitId,
    schedule_version: 3,
    agents_available: 12,
    calls_wanted: 18,
    role: 'primary',
    effective_from: startDate,
    effective_to: endDate,
    content_hash: '0',
  } as const;
  await client.addDataTableRow(tableId, row);
  await client.putDataTableRow(tableId, { ...row, role: 'standby' });

  const [campaign] = (await client.campaigns(1)).value.items;
  const campaignId = campaign?.id ?? '';
  await client.campaigns(1, [campaignId]);
  await client.patchCampaign(campaignId, { outboundLineCount: 12 });

  const asked = await client.askAudit({ from: startDate, to: endDate, entityId: fact.id });
  for (let query = asked.value; query.state !== 'Succeeded'; ) query = (await client.auditQuery(query.id)).value;
  await client.auditResults(asked.value.id);
  return { ...about, siteId, routeId: fact.id, trunkBaseIds: fact.trunkBaseIds, tableId, key, campaignId };
}
