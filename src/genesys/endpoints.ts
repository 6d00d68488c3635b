import { ACCESS_RIGHTS, type AccessRight } from '../domain/accessRights.js';
import type { Family } from '../domain/family.js';
import { familyOfCall } from '../domain/familyOf.js';

/** One call of the API: whose limit it shares, and what the OAuth client needs for it. */
export interface Endpoint extends AccessRight {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly family: Family;
  /** Whether the answer is only landed: the load parses it, piece by piece, where a whole one would take many times its size. */
  readonly isLanded?: true;
  /** Whether it creates a job, of which only so many may be under way at once. */
  readonly createsJob?: true;
  /** Whether it changes something: what is not known of a lost answer is whether it did. */
  readonly writes?: true;
  /** Names of lists that the API takes as `name=a&name=b`, which the SDK joins with commas. */
  readonly repeats?: readonly string[];
}

const EDGES = '/api/v2/telephony/providers/edges';
const CHANNELS = '/api/v2/notifications/channels';

/** Every call that the client makes. Which family's limit it shares follows from its method and path. */
export const ENDPOINTS = {
  organization: endpoint(ACCESS_RIGHTS.organization, 'GET', '/api/v2/organizations/me'),
  limitsNamespace: endpoint(
    ACCESS_RIGHTS.limitsNamespace,
    'GET',
    '/api/v2/organizations/limits/namespaces/{namespaceName}',
  ),
  businessUnits: endpoint(ACCESS_RIGHTS.businessUnits, 'GET', '/api/v2/workforcemanagement/businessunits'),
  managementUnits: endpoint(ACCESS_RIGHTS.managementUnits, 'GET', '/api/v2/workforcemanagement/managementunits'),
  managementUnitUsers: endpoint(
    ACCESS_RIGHTS.managementUnitUsers,
    'GET',
    '/api/v2/workforcemanagement/managementunits/{managementUnitId}/users',
  ),
  activityCodes: endpoint(
    ACCESS_RIGHTS.activityCodes,
    'GET',
    '/api/v2/workforcemanagement/businessunits/{businessUnitId}/activitycodes',
  ),
  createAdherenceJob: {
    ...endpoint(ACCESS_RIGHTS.createAdherenceJob, 'POST', '/api/v2/workforcemanagement/adherence/historical/bulk'),
    createsJob: true,
  },
  adherenceJob: endpoint(
    ACCESS_RIGHTS.adherenceJob,
    'GET',
    '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/{jobId}',
  ),
  usersAggregates: {
    ...endpoint(ACCESS_RIGHTS.usersAggregates, 'POST', '/api/v2/analytics/users/aggregates/query'),
    isLanded: true,
  },
  searchManagementUnitSchedules: {
    ...endpoint(
      ACCESS_RIGHTS.searchManagementUnitSchedules,
      'POST',
      '/api/v2/workforcemanagement/managementunits/{managementUnitId}/agentschedules/search',
    ),
    isLanded: true,
  },
  searchBusinessUnitSchedules: {
    ...endpoint(
      ACCESS_RIGHTS.searchBusinessUnitSchedules,
      'POST',
      '/api/v2/workforcemanagement/businessunits/{businessUnitId}/agentschedules/search',
    ),
    isLanded: true,
  },
  businessUnit: endpoint(
    ACCESS_RIGHTS.businessUnit,
    'GET',
    '/api/v2/workforcemanagement/businessunits/{businessUnitId}',
  ),
  publishedSchedules: endpoint(
    ACCESS_RIGHTS.publishedSchedules,
    'GET',
    '/api/v2/workforcemanagement/businessunits/{businessUnitId}/weeks/{weekId}/schedules',
  ),
  sites: endpoint(ACCESS_RIGHTS.sites, 'GET', `${EDGES}/sites`),
  site: endpoint(ACCESS_RIGHTS.site, 'GET', `${EDGES}/sites/{siteId}`),
  siteRoutes: endpoint(ACCESS_RIGHTS.siteRoutes, 'GET', `${EDGES}/sites/{siteId}/outboundroutes`),
  outboundRoute: endpoint(
    ACCESS_RIGHTS.outboundRoute,
    'GET',
    `${EDGES}/sites/{siteId}/outboundroutes/{outboundRouteId}`,
  ),
  putOutboundRoute: {
    ...endpoint(ACCESS_RIGHTS.putOutboundRoute, 'PUT', `${EDGES}/sites/{siteId}/outboundroutes/{outboundRouteId}`),
    writes: true,
  },
  trunks: endpoint(ACCESS_RIGHTS.trunks, 'GET', `${EDGES}/trunks`),
  trunkBases: endpoint(ACCESS_RIGHTS.trunkBases, 'GET', `${EDGES}/trunkbasesettings`),
  dataTables: endpoint(ACCESS_RIGHTS.dataTables, 'GET', '/api/v2/flows/datatables'),
  dataTable: endpoint(ACCESS_RIGHTS.dataTable, 'GET', '/api/v2/flows/datatables/{datatableId}'),
  dataTableRows: endpoint(ACCESS_RIGHTS.dataTableRows, 'GET', '/api/v2/flows/datatables/{datatableId}/rows'),
  addDataTableRow: {
    ...endpoint(ACCESS_RIGHTS.addDataTableRow, 'POST', '/api/v2/flows/datatables/{datatableId}/rows'),
    writes: true,
  },
  putDataTableRow: {
    ...endpoint(ACCESS_RIGHTS.putDataTableRow, 'PUT', '/api/v2/flows/datatables/{datatableId}/rows/{rowId}'),
    writes: true,
  },
  campaigns: { ...endpoint(ACCESS_RIGHTS.campaigns, 'GET', '/api/v2/outbound/campaigns'), repeats: ['id'] },
  patchCampaign: {
    ...endpoint(ACCESS_RIGHTS.patchCampaign, 'PATCH', '/api/v2/outbound/campaigns/{campaignId}'),
    writes: true,
  },
  askAudit: endpoint(ACCESS_RIGHTS.askAudit, 'POST', '/api/v2/audits/query'),
  auditQuery: endpoint(ACCESS_RIGHTS.auditQuery, 'GET', '/api/v2/audits/query/{transactionId}'),
  auditResults: endpoint(ACCESS_RIGHTS.auditResults, 'GET', '/api/v2/audits/query/{transactionId}/results'),
  createChannel: endpoint(ACCESS_RIGHTS.createChannel, 'POST', CHANNELS),
  channels: endpoint(ACCESS_RIGHTS.channels, 'GET', CHANNELS),
  channel: endpoint(ACCESS_RIGHTS.channel, 'HEAD', `${CHANNELS}/{channelId}`),
  replaceSubscriptions: endpoint(ACCESS_RIGHTS.replaceSubscriptions, 'PUT', `${CHANNELS}/{channelId}/subscriptions`),
  addSubscriptions: endpoint(ACCESS_RIGHTS.addSubscriptions, 'POST', `${CHANNELS}/{channelId}/subscriptions`),
  subscriptions: endpoint(ACCESS_RIGHTS.subscriptions, 'GET', `${CHANNELS}/{channelId}/subscriptions`),
  deleteSubscriptions: endpoint(ACCESS_RIGHTS.deleteSubscriptions, 'DELETE', `${CHANNELS}/{channelId}/subscriptions`),
  availableTopics: {
    ...endpoint(ACCESS_RIGHTS.availableTopics, 'GET', '/api/v2/notifications/availabletopics'),
    repeats: ['expand'],
  },
  realTimeAdherence: {
    ...endpoint(ACCESS_RIGHTS.realTimeAdherence, 'GET', '/api/v2/workforcemanagement/adherence'),
    repeats: ['userId'],
  },
  users: { ...endpoint(ACCESS_RIGHTS.users, 'GET', '/api/v2/users'), repeats: ['id', 'expand'] },
  routingStatus: endpoint(ACCESS_RIGHTS.routingStatus, 'GET', '/api/v2/users/{userId}/routingstatus'),
} as const satisfies Record<string, Endpoint>;

function endpoint(right: AccessRight, method: Endpoint['method'], path: string): Endpoint {
  return { ...right, method, path, family: familyOfCall(method, path) };
}
