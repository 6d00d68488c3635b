import { METADATA_COLUMNS } from '../../domain/sync/metadataRow.js';
import type { RouteFact, SiteFact } from '../../domain/sync/syncFacts.js';
import type { Campaign } from '../../genesys/outboundCalls.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { ManagementUnit } from '../../genesys/structureCalls.js';
import type { ApiAnswer } from '../../genesys/apiAnswer.js';
import type { Page } from '../../genesys/page.js';
import type { TrunkBase } from '../../genesys/telephonyCalls.js';
import { patiently } from '../patiently.js';

/** Tables whose columns are looked at, those named after trunks first. */
const TABLES_LOOKED_AT = 5;

/** What an organisation has that a first policy can be made of. */
export interface FoundTelephony {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly sites: readonly SiteFact[];
  /** Routes of the sites that are not Genesys's own. `isEmergency`: for emergency numbers alone. */
  readonly routes: readonly (RouteFact & { readonly isEmergency: boolean })[];
  readonly trunkBases: readonly TrunkBase[];
  readonly businessUnits: readonly { readonly id: string; readonly name: string }[];
  readonly managementUnits: readonly ManagementUnit[];
  readonly campaigns: readonly Campaign[];
  /** The data table that has every column of a trunk's metadata, or null. */
  readonly table: { readonly id: string; readonly name: string } | null;
}

/** Reads it: a call for each list, and one for each site of the customer's own and each table that is looked at. */
export async function findTelephony(client: GenesysClient, say: (doing: string) => void): Promise<FoundTelephony> {
  const asked = async <T>(doing: string, call: () => Promise<ApiAnswer<T>>): Promise<T> => {
    say(doing);
    return (await patiently(call, say)).value;
  };
  const all = async <T>(doing: string, page: (pageNumber: number) => Promise<ApiAnswer<Page<T>>>): Promise<T[]> =>
    await allPages((pageNumber) => asked(doing, () => page(pageNumber)));

  const organisation = await asked('reading the organisation', () => client.organization());
  const sites = await all('reading sites', (page) => client.sites(page));
  const routes = [];
  for (const site of sites.filter(({ managed }) => !managed))
    for (const { fact, raw } of await all(`reading the routes of ${site.name}`, (page) =>
      client.siteRoutes(site.id, page),
    ))
      routes.push({ ...fact, isEmergency: isEmergencyOnly(raw['classificationTypes']) });
  const trunkBases = await all('reading trunk bases', (page) => client.trunkBases(page));
  const businessUnits = await asked('reading business units', () => client.businessUnits());
  const managementUnits = await asked('reading management units', () => client.managementUnits());
  const campaigns = await all('reading campaigns', (page) => client.campaigns(page));
  const tables = await all('reading data tables', (page) => client.dataTables(page));
  let table = null;
  for (const { id, name } of likelyFirst(tables).slice(0, TABLES_LOOKED_AT)) {
    const { columns } = await asked(`reading the columns of ${name}`, () => client.dataTable(id));
    const has = new Set(columns.map((column) => column.name));
    if (METADATA_COLUMNS.every((column) => has.has(column))) table ??= { id, name };
    if (table !== null) break;
  }
  return { organisation, sites, routes, trunkBases, businessUnits, managementUnits, campaigns, table };
}

/** Every item of a list that comes in pages. */
export async function allPages<T>(page: (pageNumber: number) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let pageNumber = 1; ; pageNumber++) {
    const { items: more, pageCount } = await page(pageNumber);
    items.push(...more);
    if (pageNumber >= pageCount) return items;
  }
}

function isEmergencyOnly(classificationTypes: unknown): boolean {
  return (
    Array.isArray(classificationTypes) &&
    classificationTypes.length > 0 &&
    classificationTypes.every((type) => typeof type === 'string' && /emergency/i.test(type))
  );
}

function likelyFirst<T extends { readonly name: string }>(tables: readonly T[]): T[] {
  const isLikely = ({ name }: T): boolean => /trunk/i.test(name);
  return [...tables.filter(isLikely), ...tables.filter((table) => !isLikely(table))];
}
