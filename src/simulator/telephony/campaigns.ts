import { seededUuid } from '../data/seededRandom.js';
import type { SimulatedSite } from './sites.js';

/** An outbound campaign. Instants are milliseconds since the epoch. */
export interface Campaign {
  readonly id: string;
  name: string;
  readonly siteId: string;
  status: 'on' | 'stopping' | 'off';
  /** From when on a campaign that is stopped is off. */
  offFromMs: number;
  version: number;
  outboundLineCount: number;
  dialingMode: string;
  callerName: string;
  callerAddress: string;
  abandonRate: number;
  modifiedAtMs: number;
}

/** Two campaigns of each own site: one that runs, one that does not. */
export function campaignsOf(seed: number, sites: readonly SimulatedSite[], sinceMs: number): Campaign[] {
  const own = sites.filter((site) => !site.managed);
  return own.flatMap((site) =>
    (['Renewals', 'Survey'] as const).map((what) => ({
      id: seededUuid(seed, 'campaign', site.name, what),
      name: `${what} ${site.name}`,
      siteId: site.id,
      status: what === 'Renewals' ? ('on' as const) : ('off' as const),
      offFromMs: 0,
      version: 4,
      outboundLineCount: what === 'Renewals' ? 24 : 5,
      dialingMode: what === 'Renewals' ? 'power' : 'agentless',
      callerName: 'Merlion & Lion',
      callerAddress: '+6561234567',
      abandonRate: 5,
      modifiedAtMs: sinceMs,
    })),
  );
}
