import { epochDayOf } from '../data/zoneDays.js';
import { AuditLog, type Author } from './audit.js';
import { type Campaign, campaignsOf } from './campaigns.js';
import { type DataTable, type DataTableRow, dataTablesOf } from './dataTables.js';
import { type OutboundRoute, outboundRoutesOf, type RouteWrite } from './outboundRoutes.js';
import { type SimulatedSite, sitesOf } from './sites.js';
import { NO_TELEPHONY, type TelephonySettings } from './telephonySettings.js';
import {
  changeTrunk,
  isChosen,
  isInFailover,
  type Trunk,
  type TrunkBase,
  trunkBasesOf,
  type TrunkChange,
  type TrunkChoice,
  trunksOf,
} from './trunks.js';

/** A write that was accepted, for tests to look at. `before` is null where there was nothing. */
export interface AcceptedWrite {
  readonly at: string;
  readonly kind: 'route' | 'row' | 'campaign';
  /** Id of the route or campaign, or key of the row. */
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly byHand: boolean;
}

/** Everything true of an organisation's trunks, routes, data tables and campaigns, and what changed. */
export class Telephony {
  readonly settings: TelephonySettings;
  readonly sites: readonly SimulatedSite[];
  readonly trunkBases: readonly TrunkBase[];
  readonly trunks: readonly Trunk[];
  readonly routes: readonly OutboundRoute[];
  readonly tables: readonly DataTable[];
  readonly campaigns: readonly Campaign[];
  readonly audit: AuditLog;
  readonly writes: AcceptedWrite[] = [];
  /** Told of each trunk base one of whose trunks goes into failover. */
  onFailover: (base: TrunkBase, atMs: number) => void = () => undefined;

  /** Told of each trunk that changed. */
  onTrunkChanged: (trunk: Trunk) => void = () => undefined;

  constructor(
    settings: TelephonySettings | null,
    readonly seed: number,
    historyStarts: string,
    private readonly now: () => number,
  ) {
    this.settings = settings ?? NO_TELEPHONY;
    const sinceMs = epochDayOf(historyStarts) * 86_400_000;
    this.sites = sitesOf(seed, this.settings);
    this.trunkBases = trunkBasesOf(seed, this.settings, this.sites);
    this.trunks = trunksOf(seed, this.settings.edges, this.trunkBases, this.sites, sinceMs);
    this.routes = outboundRoutesOf(seed, this.sites, this.trunkBases, sinceMs);
    this.tables = settings ? dataTablesOf(seed) : [];
    this.campaigns = campaignsOf(seed, this.sites, sinceMs);
    this.audit = new AuditLog(seed);
  }

  /** Changes the trunks that are chosen. @returns how many they are. */
  changeTrunks(choice: TrunkChoice, change: TrunkChange, atMs = this.now()): number {
    const chosen = this.trunks.filter((trunk) => isChosen(trunk, choice));
    for (const trunk of chosen) {
      const wasOut = isInFailover(trunk);
      changeTrunk(trunk, change, atMs);
      if (!wasOut && isInFailover(trunk)) this.onFailover(trunk.base, atMs);
      this.onTrunkChanged(trunk);
    }
    return chosen.length;
  }

  /** Trunk bases that a list may name: those with a trunk that is not deleted. */
  knownBases(): TrunkBase[] {
    return this.trunkBases.filter((base) =>
      this.trunks.some((trunk) => trunk.base === base && trunk.state !== 'deleted'),
    );
  }

  /** Puts a route's new fields in place and counts its version up. */
  writeRoute(route: OutboundRoute, write: RouteWrite, author: Author, atMs = this.now()): void {
    const before = [...route.trunkBaseIds];
    Object.assign(route, write);
    route.version++;
    route.modifiedAtMs = atMs;
    route.modifiedBy = author.id;
    this.#record('route', route.id, before, [...route.trunkBaseIds], author, atMs);
    this.audit.add({
      atMs,
      serviceName: 'Telephony',
      entityType: 'OutboundRoute',
      entityId: route.id,
      entityName: route.name,
      action: 'Update',
      author,
      property: 'externalTrunkBases',
      before: before.map((id) => this.#baseName(id)),
      after: route.trunkBaseIds.map((id) => this.#baseName(id)),
    });
  }

  /** Puts a row in place; null takes it away. */
  writeRow(table: DataTable, key: string, row: DataTableRow | null, author: Author, atMs = this.now()): void {
    const before = table.rows.get(key) ?? null;
    if (row) table.rows.set(key, row);
    else table.rows.delete(key);
    this.#record('row', key, before, row, author, atMs);
  }

  /** Changes a campaign and counts its version up. */
  writeCampaign(campaign: Campaign, change: Partial<Omit<Campaign, 'id' | 'siteId'>>, author: Author): void {
    const before = campaign.outboundLineCount;
    const atMs = this.now();
    Object.assign(campaign, change);
    campaign.version++;
    campaign.modifiedAtMs = atMs;
    this.#record('campaign', campaign.id, before, campaign.outboundLineCount, author, atMs);
  }

  #record(kind: AcceptedWrite['kind'], id: string, before: unknown, after: unknown, author: Author, atMs: number) {
    this.writes.push({ at: new Date(atMs).toISOString(), kind, id, before, after, byHand: author.kind === 'user' });
  }

  #baseName(id: string): string {
    return this.trunkBases.find((base) => base.id === id)?.name ?? id;
  }
}
