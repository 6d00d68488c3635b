import type { Family } from '../domain/family.js';

/** One call of the API: whose limit it shares, and what the OAuth client needs for it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly family: Family;
  /** Role permissions of which any one will do; empty where Genesys lists none. Source: the SDK's documentation. */
  readonly anyPermission: readonly string[];
  /** OAuth scopes of which any one will do, where the organisation enforces scopes. */
  readonly anyScope: readonly string[];
  /** What a person calls it. */
  readonly what: string;
}

const WFM_SCOPES = ['workforce-management:readonly', 'workforce-management'];

/**
 * Every call that the client makes.
 *
 * Reading a job is a `reads` call: a limit on creating jobs must not keep finished ones from being fetched before they expire.
 */
export const ENDPOINTS = {
  organization: {
    method: 'GET',
    path: '/api/v2/organizations/me',
    family: 'reads',
    anyPermission: [],
    anyScope: ['organization:readonly', 'organization'],
    what: 'the organisation',
  },
  businessUnits: {
    method: 'GET',
    path: '/api/v2/workforcemanagement/businessunits',
    family: 'reads',
    anyPermission: ['wfm:businessUnit:view'],
    anyScope: WFM_SCOPES,
    what: 'the list of business units',
  },
  managementUnits: {
    method: 'GET',
    path: '/api/v2/workforcemanagement/managementunits',
    family: 'reads',
    anyPermission: ['wfm:managementUnit:view'],
    anyScope: WFM_SCOPES,
    what: 'the list of management units',
  },
  managementUnitUsers: {
    method: 'GET',
    path: '/api/v2/workforcemanagement/managementunits/{managementUnitId}/users',
    family: 'reads',
    anyPermission: [
      'wfm:agent:view',
      'wfm:historicalAdherence:view',
      'wfm:schedule:view',
      'wfm:publishedSchedule:view',
    ],
    anyScope: WFM_SCOPES,
    what: 'the users of a management unit',
  },
  activityCodes: {
    method: 'GET',
    path: '/api/v2/workforcemanagement/businessunits/{businessUnitId}/activitycodes',
    family: 'reads',
    anyPermission: ['wfm:activityCode:view', 'wfm:agent:view', 'wfm:schedule:view'],
    anyScope: WFM_SCOPES,
    what: 'the activity codes of a business unit',
  },
  createAdherenceJob: {
    method: 'POST',
    path: '/api/v2/workforcemanagement/adherence/historical/bulk',
    family: 'wfm-jobs',
    anyPermission: ['wfm:historicalAdherence:view'],
    anyScope: WFM_SCOPES,
    what: 'an adherence job',
  },
  adherenceJob: {
    method: 'GET',
    path: '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/{jobId}',
    family: 'reads',
    anyPermission: ['wfm:historicalAdherence:view'],
    anyScope: WFM_SCOPES,
    what: 'the state of an adherence job',
  },
  usersAggregates: {
    method: 'POST',
    path: '/api/v2/analytics/users/aggregates/query',
    family: 'analytics',
    anyPermission: ['analytics:userAggregate:view'],
    anyScope: ['analytics:readonly', 'analytics'],
    what: 'the routing-status times of users',
  },
} as const satisfies Record<string, Endpoint>;
