import type { DatasetName } from './exportWindow.js';

/** `sync`: every round (two of its calls are those of schedules). `syncWrites`: rounds that write. `syncCampaigns`, `syncTable`: where the policy names some. `syncAudit`: to name who changed a route. */
type SyncPart = 'sync' | 'syncWrites' | 'syncCampaigns' | 'syncTable' | 'syncAudit';

/** `live`: every listener. `liveAdherence`, `liveStatuses`: where adherence and routing statuses are listened to, to read what was missed. */
type LivePart = 'live' | 'liveAdherence' | 'liveStatuses';

/** What the OAuth client needs for one call of the API. */
export interface AccessRight {
  /** What a person calls it. */
  readonly what: string;
  /** Role permissions of which any one will do; empty where Genesys documents that none is needed. */
  readonly anyPermission: readonly string[];
  /** Where none is documented: the permission that goes with it, should Genesys refuse the call all the same. */
  readonly advisedPermission?: string;
  /** OAuth scopes of which any one will do, where the organisation enforces scopes. */
  readonly anyScope: readonly string[];
  /** Which exports make the call, or which part of the trunk sync or of the live feed. */
  readonly neededFor: 'everything' | DatasetName | SyncPart | LivePart;
}

const WFM_SCOPES = ['workforce-management:readonly', 'workforce-management'];
const PUBLISHED_SCHEDULES = ['wfm:publishedSchedule:view', 'wfm:schedule:view'];
const TELEPHONY = { anyPermission: ['telephony:plugin:all'], anyScope: ['telephony:readonly', 'telephony'] };
const ARCHITECT_SCOPES = ['architect:readonly', 'architect'];
const AUDIT = {
  anyPermission: ['audits:audit:view'],
  anyScope: ['audits:readonly', 'audits'],
  neededFor: 'syncAudit',
} as const;
// "Requires NO permissions": it is topics that need some, and the answer to a subscription names them.
const CHANNELS = { anyPermission: [], anyScope: ['notifications'], neededFor: 'live' } as const;

/**
 * What each call needs: the one table that the client, its messages and `check` go by. docs/permissions.md shows the same.
 *
 * Source: "Requires ANY permissions" and "Requires NO permissions" of the calls in the official SDK's documentation
 * (WorkforceManagementApi, AnalyticsApi), the scopes of the published OpenAPI. Of long lists, the permissions that such a client has
 * anyway. Never tried on a live organisation.
 */
export const ACCESS_RIGHTS = {
  organization: {
    what: 'the organisation',
    anyPermission: [],
    anyScope: ['organization:readonly', 'organization'],
    neededFor: 'everything',
  },
  // Read once at a worker's start; who may not read it learns the limits otherwise.
  limitsNamespace: {
    what: "the organisation's limits",
    anyPermission: [],
    anyScope: ['organization:readonly', 'organization'],
    neededFor: 'everything',
  },
  // The two lists show what the role may see: a client without any permission gets an empty one.
  businessUnits: {
    what: 'the list of business units',
    anyPermission: [],
    advisedPermission: 'wfm:businessUnit:view',
    anyScope: WFM_SCOPES,
    neededFor: 'everything',
  },
  managementUnits: {
    what: 'the list of management units',
    anyPermission: [],
    advisedPermission: 'wfm:managementUnit:view',
    anyScope: WFM_SCOPES,
    neededFor: 'everything',
  },
  managementUnitUsers: {
    what: 'the users of a management unit',
    anyPermission: [
      'wfm:agent:view',
      'wfm:historicalAdherence:view',
      'wfm:schedule:view',
      'wfm:publishedSchedule:view',
    ],
    anyScope: WFM_SCOPES,
    neededFor: 'everything',
  },
  activityCodes: {
    what: 'the activity codes of a business unit',
    anyPermission: [
      'wfm:activityCode:view',
      'wfm:agent:view',
      'wfm:historicalAdherence:view',
      'wfm:schedule:view',
      'wfm:publishedSchedule:view',
    ],
    anyScope: WFM_SCOPES,
    neededFor: 'everything',
  },
  createAdherenceJob: {
    what: 'an adherence job',
    anyPermission: ['wfm:historicalAdherence:view'],
    anyScope: WFM_SCOPES,
    neededFor: 'adherence',
  },
  // Needs no permission, but the very client that created the job.
  adherenceJob: {
    what: 'the state of an adherence job',
    anyPermission: [],
    advisedPermission: 'wfm:historicalAdherence:view',
    anyScope: WFM_SCOPES,
    neededFor: 'adherence',
  },
  usersAggregates: {
    what: 'the routing-status times of users',
    anyPermission: ['analytics:userAggregate:view'],
    anyScope: ['analytics:readonly', 'analytics'],
    neededFor: 'occupancy',
  },
  searchManagementUnitSchedules: {
    what: 'the published schedules of a management unit',
    anyPermission: PUBLISHED_SCHEDULES,
    anyScope: WFM_SCOPES,
    neededFor: 'schedules',
  },
  searchBusinessUnitSchedules: {
    what: 'the published schedules of a business unit',
    anyPermission: PUBLISHED_SCHEDULES,
    anyScope: WFM_SCOPES,
    neededFor: 'schedules',
  },
  businessUnit: {
    what: 'the time zone of a business unit',
    anyPermission: ['wfm:publishedSchedule:view', 'wfm:schedule:view', 'wfm:agent:view', 'wfm:businessUnit:view'],
    anyScope: WFM_SCOPES,
    neededFor: 'sync',
  },
  publishedSchedules: {
    what: 'the list of schedules of a business unit',
    anyPermission: PUBLISHED_SCHEDULES,
    anyScope: WFM_SCOPES,
    neededFor: 'sync',
  },
  sites: { what: 'the list of sites', ...TELEPHONY, neededFor: 'sync' },
  site: { what: 'a site', ...TELEPHONY, neededFor: 'sync' },
  siteRoutes: { what: 'the outbound routes of a site', ...TELEPHONY, neededFor: 'sync' },
  outboundRoute: { what: 'an outbound route', ...TELEPHONY, neededFor: 'sync' },
  trunks: { what: 'the list of trunks', ...TELEPHONY, neededFor: 'sync' },
  trunkBases: { what: 'the list of trunk bases', ...TELEPHONY, neededFor: 'sync' },
  putOutboundRoute: {
    what: 'writing an outbound route',
    anyPermission: TELEPHONY.anyPermission,
    anyScope: ['telephony'],
    neededFor: 'syncWrites',
  },
  dataTables: {
    what: 'the list of data tables',
    anyPermission: ['architect:datatable:view'],
    anyScope: ARCHITECT_SCOPES,
    neededFor: 'syncTable',
  },
  dataTable: {
    what: 'the columns of a data table',
    anyPermission: ['architect:datatable:view'],
    anyScope: ARCHITECT_SCOPES,
    neededFor: 'syncTable',
  },
  dataTableRows: {
    what: 'the rows of a data table',
    anyPermission: ['architect:datatableRow:view', 'architect:datatable:view'],
    anyScope: ARCHITECT_SCOPES,
    neededFor: 'syncTable',
  },
  addDataTableRow: {
    what: 'adding a row to a data table',
    anyPermission: ['architect:datatableRow:add'],
    anyScope: ['architect'],
    neededFor: 'syncTable',
  },
  putDataTableRow: {
    what: 'writing a row of a data table',
    anyPermission: ['architect:datatableRow:edit'],
    anyScope: ['architect'],
    neededFor: 'syncTable',
  },
  campaigns: {
    what: 'the list of campaigns',
    anyPermission: ['outbound:campaign:view'],
    anyScope: ['outbound:readonly', 'outbound'],
    neededFor: 'syncCampaigns',
  },
  patchCampaign: {
    what: "writing a campaign's line count",
    anyPermission: ['outbound:campaign:edit'],
    anyScope: ['outbound'],
    neededFor: 'syncCampaigns',
  },
  askAudit: { what: 'an audit query', ...AUDIT },
  auditQuery: { what: 'the state of an audit query', ...AUDIT },
  auditResults: { what: 'the results of an audit query', ...AUDIT },
  createChannel: { what: 'a notification channel', ...CHANNELS },
  channels: { what: 'the list of notification channels', ...CHANNELS },
  channel: { what: 'whether a notification channel is there', ...CHANNELS },
  replaceSubscriptions: { what: 'the topics of a notification channel', ...CHANNELS },
  addSubscriptions: { what: 'further topics of a notification channel', ...CHANNELS },
  subscriptions: { what: 'the list of topics of a notification channel', ...CHANNELS },
  deleteSubscriptions: { what: 'letting go of a notification channel', ...CHANNELS },
  availableTopics: { what: 'the list of notification topics', ...CHANNELS },
  realTimeAdherence: {
    what: 'the adherence of agents at this moment',
    anyPermission: ['wfm:realtimeAdherence:view'],
    anyScope: WFM_SCOPES,
    neededFor: 'liveAdherence',
  },
  users: {
    what: 'the routing statuses of users',
    anyPermission: [],
    advisedPermission: 'directory:user:view',
    anyScope: ['users:readonly', 'users'],
    neededFor: 'liveStatuses',
  },
  routingStatus: {
    what: 'the routing status of a user',
    anyPermission: [],
    advisedPermission: 'directory:user:view',
    anyScope: ['users:readonly', 'users', 'routing:readonly', 'routing'],
    neededFor: 'liveStatuses',
  },
} as const satisfies Record<string, AccessRight>;

/** What a call needs, in one line: permission, then scope. */
export function neededText(right: AccessRight): string {
  return `${neededPermission(right)}; scope ${right.anyScope.join(' or ')} where scopes are enforced`;
}

function neededPermission({ anyPermission, advisedPermission }: AccessRight): string {
  if (anyPermission.length > 0) return `permission ${anyPermission.join(' or ')}`;
  return advisedPermission === undefined
    ? 'no permission'
    : `no permission by the documentation (${advisedPermission} goes with it)`;
}

/**
 * What a refused call lacks and where an administrator grants it.
 *
 * Goes by what Genesys names in its refusal, where it names something: `missing.any.permissions` lists permissions,
 * `app.not.authorized.for.scope` lists scopes. Otherwise by the table.
 *
 * @param said Genesys's code and message, as far as it sent any.
 */
export function missingRightText(right: AccessRight, said: string): string {
  if (/scope/i.test(said)) {
    const named = bracketed(said).filter((name) => SCOPE.test(name));
    // The narrowest first, as the table has them.
    const known = right.anyScope.filter((name) => named.includes(name));
    const scopes = [known, named, right.anyScope].find((names) => names.length > 0) ?? [];
    return (
      `For ${right.what}, the OAuth client lacks the scope ${anyOf(scopes)}, which this ` +
      `organisation enforces: add it to the client (Admin › Integrations › OAuth).`
    );
  }
  const named = [...new Set(said.match(PERMISSION))];
  const permissions =
    named.length > 0 ? named : [...right.anyPermission, ...(right.advisedPermission ? [right.advisedPermission] : [])];
  const scope = `Where the organisation enforces scopes, it needs the scope ${anyOf(right.anyScope)} too.`;
  if (permissions.length === 0) return `For ${right.what}, no permission is documented. ${scope}`;
  return (
    `For ${right.what}, the OAuth client needs the permission ${anyOf(permissions)}: add it to a role ` +
    `(Admin › People & Permissions › Roles / Permissions), and give the client that role for the divisions of its units ` +
    `(Admin › Integrations › OAuth › Roles). ${scope}`
  );
}

const PERMISSION = /\b[A-Za-z]+:[A-Za-z]+:[A-Za-z]+\b/g;
const SCOPE = /^[a-z][a-z-]*(:[a-z-]+)?$/;

/** Names in square brackets, as Genesys lists them: `[telephony:readonly, telephony]`. */
function bracketed(message: string): string[] {
  return [...message.matchAll(/\[([^[\]]*)\]/g)].flatMap(([, names]) =>
    (names ?? '').split(',').map((name) => name.trim()),
  );
}

function anyOf(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? '');
}
