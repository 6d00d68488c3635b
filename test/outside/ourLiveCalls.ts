import type { createGenesysClient } from '../../src/genesys/createGenesysClient.js';

/** What the calls of the live feed were made about, for the SDK to make the same. */
export interface AskedByFeed {
  readonly topics: readonly [string, string];
  readonly userIds: readonly string[];
}

/** Makes every call that the live feed makes once. */
export async function ourLiveCalls(
  client: ReturnType<typeof createGenesysClient>,
  managementUnitId: string,
  userIds: readonly string[],
): Promise<AskedByFeed> {
  const topics = [
    `v2.workforcemanagement.managementunits.${managementUnitId}.adherence`,
    `v2.users.${userIds[0] ?? ''}.routingStatus`,
  ] as const;
  const { id } = await client.createChannel();
  await client.subscribe(id, [topics[0]], 'replace');
  await client.subscribe(id, [topics[1]], 'add');
  await client.subscribedTopics(id);
  await client.isChannelAlive(id);
  await client.channels();
  await client.availableTopics();
  await client.unsubscribe(id);
  await client.adherenceOf(userIds);
  await client.routingStatusesOf(userIds);
  return { topics, userIds };
}
