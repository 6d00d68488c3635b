import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAMILIES } from '../../src/domain/family.js';
import { familyOfCall, gateOfLimit } from '../../src/domain/familyOf.js';

const API = 'https://api.example.com/prefix/api/v2';

describe('the family of a call', () => {
  it.each([
    ['GET', '/api/v2/organizations/me', 'reads'],
    ['GET', '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/j', 'reads'],
    ['GET', '/api/v2/analytics/users/details/jobs/j/results', 'reads'],
    ['GET', '/api/v2/telephony/providers/edges/outboundroutes', 'reads'],
    ['POST', '/api/v2/workforcemanagement/adherence/historical/bulk', 'wfm-jobs'],
    ['POST', '/api/v2/workforcemanagement/businessunits/b/agentschedules/search', 'wfm-jobs'],
    ['POST', '/api/v2/analytics/users/aggregates/query', 'analytics'],
    ['POST', '/api/v2/analytics/users/details/jobs', 'analytics'],
    ['PUT', '/api/v2/telephony/providers/edges/outboundroutes/r', 'telephony-writes'],
    ['POST', '/api/v2/flows/datatables/t/rows', 'datatable-writes'],
    ['PUT', '/api/v2/flows/datatables/t/rows/r', 'datatable-writes'],
    ['PATCH', '/api/v2/outbound/campaigns/c', 'outbound-writes'],
    ['POST', '/api/v2/notifications/channels', 'reads'],
    ['POST', '/api/v2/flows/actions/publish', 'reads'],
    ['POST', '/api/v2/outboundlike/x', 'reads'],
  ])('of %s %s is %s, wherever the API is', (method, path, family) => {
    expect(familyOfCall(method, path)).toBe(family);
    expect(familyOfCall(method.toLowerCase(), path.replace('/api/v2', API))).toBe(family);
  });

  it('is one of the families, whatever is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (method, path) => {
        expect(FAMILIES).toContain(familyOfCall(method, path));
      }),
      { seed: 37 },
    );
  });
});

describe('the gate of a limit that Genesys names', () => {
  it.each([
    ['client.credentials.token.rate.per.minute', null, 'token'],
    ['token.rate.per.minute', 'platform.api', 'token'],
    ['org.app.user.rate.per.minute', null, 'token'],
    ['details.jobs.rate.per.second', 'analytics', 'analytics'],
    ['details.jobs.concurrent.access.max', 'analytics.agents', 'analytics'],
    ['jobs.max', 'historical.adherence', 'wfm-jobs'],
    ['historical.adherence.jobs.max', null, 'wfm-jobs'],
    ['rows.rate', 'datatables', 'datatable-writes'],
    ['x', 'telephony.configuration', 'telephony-writes'],
    ['x', ' Outbound ', 'outbound-writes'],
    ['details.jobs.rate.per.second', null, null],
    ['analyticsish', null, null],
    [null, 'recording', null],
    [null, null, null],
  ])('key %s in namespace %s is %s', (key, namespace, gate) => {
    expect(gateOfLimit({ key, namespace })).toBe(gate);
  });
});
