import { ACCESS_RIGHTS, type AccessRight } from '../domain/accessRights.js';
import type { Family } from '../domain/family.js';
import { familyOfCall } from '../domain/familyOf.js';

/** One call of the API: whose limit it shares, and what the OAuth client needs for it. */
export interface Endpoint extends AccessRight {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly family: Family;
  /** Whether the answer is only landed: the load parses it, piece by piece, where a whole one would take many times its size. */
  readonly isLanded?: true;
  /** Whether it creates a job, of which only so many may be under way at once. */
  readonly createsJob?: true;
}

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
} as const satisfies Record<string, Endpoint>;

function endpoint(right: AccessRight, method: Endpoint['method'], path: string): Endpoint {
  return { ...right, method, path, family: familyOfCall(method, path) };
}
