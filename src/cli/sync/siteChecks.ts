import { ACCESS_RIGHTS, neededText } from '../../domain/accessRights.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import type { RouteFact, TrunkFact } from '../../domain/sync/syncFacts.js';
import type { PolicySite, SyncPolicy } from '../../domain/sync/syncPolicy.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { TrunkBase } from '../../genesys/telephonyCalls.js';
import { allPages } from './foundTelephony.js';

/** Sites, their routes, trunk bases and trunks: that they are there, what they are called, and that they can be written. */
export async function checkSites(list: Checklist, client: GenesysClient, policy: SyncPolicy): Promise<void> {
  for (const site of policy.sites) {
    const found = await list.look('site', neededText(ACCESS_RIGHTS.site), async () => {
      const { value } = await client.site(site.site);
      if (value.managed)
        throw new Error(
          `${value.name} (${value.id}) is Genesys's own site: its routes cannot be written; leave it out`,
        );
      return { value, message: `${value.name} (${value.id})` };
    });
    if (found === null) list.skip('routes', neededText(ACCESS_RIGHTS.siteRoutes), 'the site is not known');
    else
      await list.look('routes', neededText(ACCESS_RIGHTS.siteRoutes), async () =>
        routesOf(
          site,
          await allPages(async (page) => (await client.siteRoutes(site.site, page)).value).then((routes) =>
            routes.map(({ fact }) => fact),
          ),
        ),
      );
  }
  const bases = await list.look('trunk bases', neededText(ACCESS_RIGHTS.trunkBases), async () =>
    basesOf(policy, await allPages(async (page) => (await client.trunkBases(page)).value)),
  );
  await list.look('trunks', neededText(ACCESS_RIGHTS.trunks), async () =>
    trunksOf(
      policy,
      new Map(bases?.map(({ id, name }) => [id, name])),
      await allPages(async (page) => (await client.trunks(page)).value),
    ),
  );
  // Where the organisation enforces scopes, a role that may read may not yet write.
  await list.look('writing routes', neededText(ACCESS_RIGHTS.putOutboundRoute), () =>
    answeredByReading('the permission to read routes is the one to write them; the scope is not proven by reading'),
  );
}

function answeredByReading(message: string): Found<true> {
  return { value: true, message };
}

function routesOf(site: PolicySite, here: readonly RouteFact[]): Found<true> {
  const byId = new Map(here.map((route) => [route.id, route]));
  const missing = site.routes.filter(({ outboundRoute }) => !byId.has(outboundRoute));
  if (missing.length > 0)
    throw new Error(
      `the site has no outbound route ${missing.map(({ outboundRoute }) => outboundRoute).join(', ')}; it has ${namesOf(here)}`,
    );
  const named = site.routes.flatMap(({ outboundRoute }) => byId.get(outboundRoute) ?? []);
  const random = named.filter(({ distribution }) => distribution === 'RANDOM');
  const off = named.filter(({ enabled }) => !enabled);
  const notes = [
    ...(random.length > 0
      ? [`RANDOM, where the order means nothing: ${random.map(({ name }) => name).join(', ')}`]
      : []),
    ...(off.length > 0 ? [`not enabled: ${off.map(({ name }) => name).join(', ')}`] : []),
  ];
  return { value: true, message: [namesOf(named), ...notes].join('; '), warning: notes.length > 0 };
}

function basesOf(policy: SyncPolicy, all: readonly TrunkBase[]): Found<readonly TrunkBase[]> {
  const byId = new Map(all.map((base) => [base.id, base]));
  const wanted = trunkBaseIds(policy);
  const missing = wanted.filter((id) => !byId.has(id));
  if (missing.length > 0)
    throw new Error(
      `there is no trunk base ${missing.join(', ')}: it is gone, or the id is of a trunk, not of its base`,
    );
  const named = wanted.flatMap((id) => byId.get(id) ?? []);
  const other = named.filter(({ trunkType }) => trunkType !== null && trunkType !== 'EXTERNAL');
  if (other.length > 0) throw new Error(`not of a carrier (EXTERNAL): ${namesOf(other)}`);
  return { value: named, message: namesOf(named) };
}

function trunksOf(policy: SyncPolicy, names: ReadonlyMap<string, string>, trunks: readonly TrunkFact[]): Found<true> {
  const wanted = trunkBaseIds(policy);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const of = (id: string): TrunkFact[] => trunks.filter(({ trunkBaseId }) => trunkBaseId === id);
  const none = wanted.filter((id) => of(id).length === 0);
  const down = wanted.filter((id) => of(id).length > 0 && of(id).every(({ connected }) => connected === false));
  const blind = wanted.filter((id) => of(id).length > 0 && of(id).every(({ optionsEnabled }) => !optionsEnabled));
  const notes = [
    ...(none.length > 0 ? [`without a trunk, so never used: ${none.map(nameOf).join(', ')}`] : []),
    ...(down.length > 0 ? [`down now: ${down.map(nameOf).join(', ')}`] : []),
    ...(blind.length > 0
      ? [`without OPTIONS, so that only the connection tells health: ${blind.map(nameOf).join(', ')}`]
      : []),
  ];
  const message = `${trunks.filter(({ trunkBaseId }) => wanted.includes(trunkBaseId)).length} of ${wanted.length} trunk bases`;
  return { value: true, message: [message, ...notes].join('; '), warning: notes.length > 0 };
}

function trunkBaseIds(policy: SyncPolicy): string[] {
  return [
    ...new Set(
      policy.sites.flatMap(({ routes }) => routes.flatMap(({ trunks }) => trunks.map((one) => one.trunkBase))),
    ),
  ];
}

function namesOf(all: readonly { readonly name: string }[]): string {
  return all.length === 0 ? 'none' : all.map(({ name }) => name).join(', ');
}
