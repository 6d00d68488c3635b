import { seededUuid } from '../data/seededRandom.js';
import type { SimulatedSite } from './sites.js';
import type { TelephonySettings } from './telephonySettings.js';

/** The configuration that trunks share. Genesys has no field for the carrier: it is in the name, as people do it. */
export interface TrunkBase {
  readonly id: string;
  readonly name: string;
  readonly carrier: string;
  readonly siteId: string;
}

/** What OPTIONS requests say of a trunk; `disabled` and `notSupported`: nothing. */
export type OptionsState = 'up' | 'down' | 'disabled' | 'notSupported';

/** One trunk and its state. Instants are milliseconds since the epoch. */
export interface Trunk {
  readonly id: string;
  readonly name: string;
  readonly base: TrunkBase;
  readonly edgeId: string;
  readonly proxyAddress: string;
  connected: boolean;
  connectedSinceMs: number;
  options: OptionsState;
  optionsSinceMs: number;
  state: 'active' | 'inactive' | 'deleted';
  enabled: boolean;
  inService: boolean;
}

/** What a change does to trunks; what is left out stays. */
export interface TrunkChange {
  readonly connected?: boolean | undefined;
  readonly options?: OptionsState | undefined;
  readonly state?: Trunk['state'] | undefined;
  readonly enabled?: boolean | undefined;
  readonly inService?: boolean | undefined;
}

/** Which trunks a change is about: those that any of these names; all where none is given. */
export interface TrunkChoice {
  readonly trunkBaseIds?: readonly string[] | undefined;
  readonly trunkIds?: readonly string[] | undefined;
  readonly carrier?: string | undefined;
}

/** The trunk bases of an organisation, by carrier, then number. */
export function trunkBasesOf(seed: number, settings: TelephonySettings, sites: readonly SimulatedSite[]): TrunkBase[] {
  const { carriers } = settings;
  const own = sites.filter((site) => !site.managed);
  return carriers.flatMap((carrier, at) =>
    Array.from({ length: Math.ceil((settings.trunks - at) / carriers.length) }, (_, index) => ({
      id: seededUuid(seed, 'trunk base', carrier, index),
      name: `${carrier} ${(index + 1).toString()}`,
      carrier,
      siteId: own[index % own.length]?.id ?? '',
    })),
  );
}

/** The trunks of an organisation: connected, in service, and answering OPTIONS since `sinceMs`. */
export function trunksOf(
  seed: number,
  edges: number,
  bases: readonly TrunkBase[],
  sites: readonly SimulatedSite[],
  sinceMs: number,
): Trunk[] {
  return bases.flatMap((base, at) =>
    Array.from({ length: edges }, (_, edge) => ({
      id: seededUuid(seed, 'trunk', base.id, edge),
      name: edges === 1 ? base.name : `${base.name} on edge ${(edge + 1).toString()}`,
      base,
      edgeId: seededUuid(
        seed,
        'edge',
        sites.findIndex((site) => site.id === base.siteId),
        edge,
      ),
      // From the block that is reserved for documentation (RFC 5737).
      proxyAddress: `203.0.113.${((at % 250) + 1).toString()}:5060`,
      connected: true,
      connectedSinceMs: sinceMs,
      options: 'up' as const,
      optionsSinceMs: sinceMs,
      state: 'active' as const,
      enabled: true,
      inService: true,
    })),
  );
}

/** Whether the trunk carries no calls for its health. */
export function isInFailover(trunk: Trunk): boolean {
  return !trunk.connected || trunk.options === 'down';
}

/** Whether a change is about a trunk. */
export function isChosen(trunk: Trunk, { trunkBaseIds, trunkIds, carrier }: TrunkChoice): boolean {
  const isAll = !trunkBaseIds && !trunkIds && carrier === undefined;
  const isNamed = trunkBaseIds?.includes(trunk.base.id) ?? trunkIds?.includes(trunk.id) ?? false;
  return isAll || isNamed || trunk.base.carrier === carrier;
}

/**
 * Changes a trunk. A connection that is lost takes OPTIONS down with it, and back up, where OPTIONS is asked at all and the change
 * does not say otherwise.
 */
export function changeTrunk(trunk: Trunk, change: TrunkChange, atMs: number): void {
  const { connected = trunk.connected } = change;
  const asked = trunk.options === 'up' || trunk.options === 'down';
  const follows = change.connected !== undefined && asked ? (connected ? 'up' : 'down') : trunk.options;
  const options = change.options ?? follows;
  if (connected !== trunk.connected) trunk.connectedSinceMs = atMs;
  if (options !== trunk.options) trunk.optionsSinceMs = atMs;
  trunk.connected = connected;
  trunk.options = options;
  trunk.state = change.state ?? trunk.state;
  trunk.enabled = change.enabled ?? trunk.enabled;
  trunk.inService = change.inService ?? trunk.inService;
}
