import { seededUuid } from '../data/seededRandom.js';
import type { TelephonySettings } from './telephonySettings.js';

/** A site. `managed` is Genesys's own: nobody else can write its routes. */
export interface SimulatedSite {
  readonly id: string;
  readonly name: string;
  readonly managed: boolean;
}

/** The customer's sites, then Genesys's where there is one. */
export function sitesOf(seed: number, settings: TelephonySettings): SimulatedSite[] {
  const own = settings.sites.map((name) => ({ id: seededUuid(seed, 'site', name), name, managed: false }));
  const managed = { id: seededUuid(seed, 'managed site'), name: 'PureCloud Voice - AWS', managed: true };
  return settings.managedSite ? [...own, managed] : own;
}
