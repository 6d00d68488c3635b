import type { CallMet } from '../control/faults.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ApiError } from './apiError.js';

interface NeededRights {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: RegExp;
  /** Any one of these permissions will do; where none is published, none is needed. */
  readonly permissions: readonly string[];
  /** Any one of these scopes, in an organisation that enforces scopes. */
  readonly scopes: readonly string[];
}

const WFM = ['workforce-management', 'workforce-management:readonly'];
const WFM_SCHEDULE = ['wfm:publishedSchedule:view', 'wfm:schedule:view'];
const EDGES = '^/api/v2/telephony/providers/edges';
const TABLES = '^/api/v2/flows/datatables';
const CAMPAIGNS = '^/api/v2/outbound/campaigns';
const UNITS = '^/api/v2/workforcemanagement';

/** What the OAuth client needs for each call. Source: the published API documentation; where it names none, none is needed. */
const NEEDED: readonly NeededRights[] = [
  {
    method: 'GET',
    path: /^\/api\/v2\/organizations\/me$/,
    permissions: [],
    scopes: ['organization', 'organization:readonly'],
  },
  // Needs no permission by now; older documentation named `limits:organization:view`.
  {
    method: 'GET',
    path: /^\/api\/v2\/organizations\/limits\/namespaces\/[^/]+(\/defaults)?$/,
    permissions: [],
    scopes: ['organization', 'organization:readonly'],
  },
  {
    method: 'GET',
    path: /^\/api\/v2\/organizations\/limits\/namespaces\//,
    permissions: [],
    scopes: ['organization', 'organization:readonly'],
  },
  { method: 'GET', path: new RegExp(`${UNITS}/businessunits$`), permissions: [], scopes: WFM },
  { method: 'GET', path: new RegExp(`${UNITS}/managementunits$`), permissions: [], scopes: WFM },
  { method: 'GET', path: new RegExp(`${UNITS}/businessunits/[^/]+/managementunits$`), permissions: [], scopes: WFM },
  {
    method: 'GET',
    path: new RegExp(`${UNITS}/managementunits/[^/]+/users$`),
    permissions: ['wfm:agent:view', 'wfm:historicalAdherence:view', 'wfm:publishedSchedule:view', 'wfm:schedule:view'],
    scopes: WFM,
  },
  {
    method: 'GET',
    path: new RegExp(`${UNITS}/businessunits/[^/]+/activitycodes$`),
    permissions: [
      'wfm:activityCode:view',
      'wfm:agent:view',
      'wfm:historicalAdherence:view',
      'wfm:publishedSchedule:view',
      'wfm:schedule:view',
    ],
    scopes: WFM,
  },
  {
    method: 'POST',
    path: new RegExp(`${UNITS}/adherence/historical/bulk$`),
    permissions: ['wfm:historicalAdherence:view'],
    scopes: WFM,
  },
  // "Requires NO permissions": it answers the client that made the job.
  { method: 'GET', path: new RegExp(`${UNITS}/adherence/historical/bulk/jobs/[^/]+$`), permissions: [], scopes: WFM },
  {
    method: 'POST',
    path: /^\/api\/v2\/analytics\/users\/aggregates\/query$/,
    permissions: ['analytics:userAggregate:view'],
    scopes: ['analytics', 'analytics:readonly'],
  },
  // What it shows of settings anybody who sees schedules may see; the list of permissions is long, and any of them will do.
  {
    method: 'GET',
    path: new RegExp(`${UNITS}/businessunits/[^/]+$`),
    permissions: ['wfm:businessUnit:view', 'wfm:agent:view', ...WFM_SCHEDULE],
    scopes: WFM,
  },
  {
    method: 'GET',
    path: new RegExp(`${UNITS}/businessunits/[^/]+/weeks/[^/]+/schedules$`),
    permissions: WFM_SCHEDULE,
    scopes: WFM,
  },
  {
    method: 'POST',
    path: new RegExp(`${UNITS}/(business|management)units/[^/]+/agentschedules/search$`),
    permissions: WFM_SCHEDULE,
    scopes: WFM,
  },
  {
    method: 'POST',
    path: new RegExp(`${UNITS}/businessunits/[^/]+/weeks/[^/]+/schedules/[^/]+/agentschedules/query$`),
    permissions: WFM_SCHEDULE,
    scopes: WFM,
  },
  reading(EDGES, 'telephony:plugin:all', 'telephony'),
  writing('PUT', `${EDGES}/sites/[^/]+/outboundroutes/[^/]+$`, 'telephony:plugin:all', 'telephony'),
  reading(`${TABLES}(/[^/]+)?$`, 'architect:datatable:view', 'architect'),
  reading(`${TABLES}/[^/]+/rows`, 'architect:datatableRow:view', 'architect'),
  writing('POST', `${TABLES}/[^/]+/rows$`, 'architect:datatableRow:add', 'architect'),
  writing('PUT', `${TABLES}/[^/]+/rows/[^/]+$`, 'architect:datatableRow:edit', 'architect'),
  writing('DELETE', `${TABLES}/[^/]+/rows/[^/]+$`, 'architect:datatableRow:delete', 'architect'),
  reading(CAMPAIGNS, 'outbound:campaign:view', 'outbound'),
  writing('PUT', `${CAMPAIGNS}/[^/]+$`, 'outbound:campaign:edit', 'outbound'),
  writing('PATCH', `${CAMPAIGNS}/[^/]+$`, 'outbound:campaign:edit', 'outbound'),
  writing('POST', `${CAMPAIGNS}/[^/]+/start$`, 'outbound:campaign:start', 'outbound'),
  writing('POST', `${CAMPAIGNS}/[^/]+/stop$`, 'outbound:campaign:stop', 'outbound'),
  reading('^/api/v2/audits/query/', 'audits:audit:view', 'audits'),
  // "Requires NO permissions"; the topics themselves do.
  ...(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({
    method,
    path: /^\/api\/v2\/notifications\//,
    permissions: [],
    scopes: ['notifications'],
  })),
  { ...reading(`${UNITS}/adherence$`, 'wfm:realtimeAdherence:view', ''), scopes: WFM },
  { ...reading(`${UNITS}/managementunits/[^/]+/adherence$`, 'wfm:realtimeAdherence:view', ''), scopes: WFM },
  // "Requires NO permissions".
  { method: 'GET', path: /^\/api\/v2\/users$/, permissions: [], scopes: ['users', 'users:readonly'] },
  {
    method: 'GET',
    path: /^\/api\/v2\/users\/[^/]+\/routingstatus$/,
    permissions: [],
    scopes: ['users', 'users:readonly'],
  },
  // A query is asked by POST, and changes nothing.
  { ...reading('^/api/v2/audits/query$', 'audits:audit:view', 'audits'), method: 'POST' },
];

function reading(path: string, permission: string, scope: string): NeededRights {
  const scopes = [scope, `${scope}:readonly`];
  return { method: 'GET', path: new RegExp(path), permissions: [permission], scopes };
}

function writing(method: NeededRights['method'], path: string, permission: string, scope: string): NeededRights {
  return { method, path: new RegExp(path), permissions: [permission], scopes: [scope] };
}

/**
 * Lets a call go on when the OAuth client's role has a permission that it needs, and its scopes cover it.
 *
 * @throws ApiError 403 `missing.permissions`, `missing.any.permissions` (where one of several would do) or
 * `app.not.authorized.for.scope`, each naming what is missing. Source: the error codes of the published OpenAPI.
 */
export function requireRights({ settings, faults }: SimulatorContext, { method, path }: CallMet): void {
  const needed = NEEDED.find((rights) => rights.method === method && rights.path.test(path));
  if (!needed) return;
  const withdrawn = faults.withdrawn();
  const has = (granted: readonly string[] | null, taken: ReadonlySet<string>, name: string): boolean =>
    !taken.has(name) && (granted === null || granted.includes(name));
  const { permissions, scopes } = needed;
  if (!scopes.some((scope) => has(settings.scopes, withdrawn.scopes, scope))) {
    if (withdrawn.scopes.size > 0) faults.count('scopeWithdrawn');
    throw missingScope(scopes);
  }
  if (permissions.length > 0 && !permissions.some((name) => has(settings.permissions, withdrawn.permissions, name))) {
    if (withdrawn.permissions.size > 0) faults.count('permissionWithdrawn');
    throw missingPermission(permissions);
  }
}

/** Whether the client's role has a permission, unless it was withdrawn. */
export function grants(
  { settings, faults }: Pick<SimulatorContext, 'settings' | 'faults'>,
  permission: string,
): boolean {
  const { permissions } = settings;
  return !faults.withdrawn().permissions.has(permission) && (permissions === null || permissions.includes(permission));
}

function missingPermission(permissions: readonly string[]): ApiError {
  const names = permissions.join(', ');
  const [code, lacks] =
    permissions.length === 1
      ? ['missing.permissions', 'You are missing the following permission(s)']
      : ['missing.any.permissions', 'You must have at least one of the following permissions assigned'];
  return new ApiError(403, code, `Unable to perform the requested action. ${lacks}: [${names}]`, {
    params: { permissions: names },
  });
}

function missingScope(scopes: readonly string[]): ApiError {
  const names = scopes.join(', ');
  return new ApiError(
    403,
    'app.not.authorized.for.scope',
    `Cannot perform action because the calling application is not authorized for scope [${names}]`,
    { params: { scopes: names } },
  );
}
