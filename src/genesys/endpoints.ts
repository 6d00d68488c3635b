import { ACCESS_RIGHTS, type AccessRight } from '../domain/accessRights.js';
import type { Family } from '../domain/family.js';

/** One call of the API: whose limit it shares, and what the OAuth client needs for it. */
export interface Endpoint extends AccessRight {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly family: Family;
  /** Whether the answer is only landed: the load parses it, piece by piece, where a whole one would take many times its size. */
  readonly isLanded?: true;
}

/**
 * Every call that the client makes.
 *
 * Reading a job is a `reads` call: a limit on creating jobs must not keep finished ones from being fetched before they expire.
 */
export const ENDPOINTS = {
  organization: {
    ...ACCESS_RIGHTS.organization,
    method: 'GET',
    path: '/api/v2/organizations/me',
    family: 'reads',
  },
  businessUnits: {
    ...ACCESS_RIGHTS.businessUnits,
    method: 'GET',
    path: '/api/v2/workforcemanagement/businessunits',
    family: 'reads',
  },
  managementUnits: {
    ...ACCESS_RIGHTS.managementUnits,
    method: 'GET',
    path: '/api/v2/workforcemanagement/managementunits',
    family: 'reads',
  },
  managementUnitUsers: {
    ...ACCESS_RIGHTS.managementUnitUsers,
    method: 'GET',
    path: '/api/v2/workforcemanagement/managementunits/{managementUnitId}/users',
    family: 'reads',
  },
  activityCodes: {
    ...ACCESS_RIGHTS.activityCodes,
    method: 'GET',
    path: '/api/v2/workforcemanagement/businessunits/{businessUnitId}/activitycodes',
    family: 'reads',
  },
  createAdherenceJob: {
    ...ACCESS_RIGHTS.createAdherenceJob,
    method: 'POST',
    path: '/api/v2/workforcemanagement/adherence/historical/bulk',
    family: 'wfm-jobs',
  },
  adherenceJob: {
    ...ACCESS_RIGHTS.adherenceJob,
    method: 'GET',
    path: '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/{jobId}',
    family: 'reads',
  },
  usersAggregates: {
    ...ACCESS_RIGHTS.usersAggregates,
    method: 'POST',
    path: '/api/v2/analytics/users/aggregates/query',
    family: 'analytics',
    isLanded: true,
  },
} as const satisfies Record<string, Endpoint>;
