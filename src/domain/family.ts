/**
 * Families: API calls that share a limit. `token` is all calls; the others have a task queue each.
 *
 * Source: decision record 0002; the names of the limits behind them are in genesys's `organizations/limits` namespaces.
 */
export const FAMILIES = ['reads', 'wfm-jobs', 'analytics'] as const;

export type Family = (typeof FAMILIES)[number];

/** A family, or `token` where a refusal concerned every call of the OAuth client. */
export type GateName = Family | 'token';
