import type { Family, GateName } from './family.js';

/** Writes and queries by where they go, the path without `/api/v2`. Later endpoints fall into the family of their folder. */
const FOLDERS: readonly (readonly [folder: string, family: Family])[] = [
  ['workforcemanagement', 'wfm-jobs'],
  ['analytics', 'analytics'],
  ['telephony', 'telephony-writes'],
  ['flows/datatables', 'datatable-writes'],
  ['outbound', 'outbound-writes'],
];

/**
 * The family whose limit a call of the API shares.
 *
 * What only reads (`GET`, `HEAD`) is `reads`, a job's state too: a limit on creating jobs must not keep finished ones from being
 * fetched before they expire. Everything else goes by its folder; what is in none of them is `reads`.
 *
 * @param path with or without `/api/v2` and a prefix before it.
 */
export function familyOfCall(method: string, path: string): Family {
  if (/^(get|head|options)$/i.test(method)) return 'reads';
  const inApi = `/${path.replace(/^.*\/api\/v2\//, '').replace(/^\/+/, '')}`.toLowerCase();
  return FOLDERS.find(([folder]) => inApi.startsWith(`/${folder}/`) || inApi === `/${folder}`)?.[1] ?? 'reads';
}

/**
 * Genesys's own limits by the namespace that lists them, and the gate that each concerns.
 *
 * Source: the namespaces of `organizations/limits` in the models of Genesys's official SDKs (`LimitChangeRequestDetails`). A
 * namespace's children (`analytics.agents`) belong to it.
 */
const NAMESPACES: readonly (readonly [namespace: string, gate: GateName])[] = [
  ['platform.api', 'token'],
  ['historical.adherence', 'wfm-jobs'],
  ['workforce.management', 'wfm-jobs'],
  ['analytics', 'analytics'],
  ['telephony.configuration', 'telephony-writes'],
  ['datatables', 'datatable-writes'],
  ['outbound', 'outbound-writes'],
];

/** A limit as an error's body names it; null where it does not. */
export interface NamedLimit {
  readonly key: string | null;
  readonly namespace: string | null;
}

/**
 * The gate that a limit concerns: `token`, or a family; null where neither its key nor its namespace tells.
 *
 * Source of the token's keys: Genesys's limits page, "client.credentials.token.rate.per.minute", "token.rate.per.minute",
 * "org.app.user.rate.per.minute".
 */
export function gateOfLimit({ key, namespace }: NamedLimit): GateName | null {
  if (key !== null && /(^|\.)(token|app\.user)\.rate\.per\./i.test(key)) return 'token';
  return gateOfNamespace(namespace) ?? gateOfNamespace(key);
}

function gateOfNamespace(name: string | null): GateName | null {
  const lower = name?.trim().toLowerCase() ?? '';
  return NAMESPACES.find(([namespace]) => lower === namespace || lower.startsWith(`${namespace}.`))?.[1] ?? null;
}
