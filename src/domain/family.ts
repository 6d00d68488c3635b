/**
 * Families: API calls that share a limit. `token` is all calls; the others have a task queue each.
 *
 * Source: decision record 0002; the names of the limits behind them are in Genesys's `organizations/limits` namespaces.
 */
export const FAMILIES = [
  'reads',
  'wfm-jobs',
  'analytics',
  'telephony-writes',
  'datatable-writes',
  'outbound-writes',
] as const;

export type Family = (typeof FAMILIES)[number];

/** What the trunk sync changes: few calls, each of which somebody waits for. */
export const FAMILIES_OF_WRITES: readonly Family[] = ['telephony-writes', 'datatable-writes', 'outbound-writes'];

/** A family, or `token` where a refusal concerned every call of the OAuth client. */
export const GATE_NAMES = [...FAMILIES, 'token'] as const;

export type GateName = (typeof GATE_NAMES)[number];
