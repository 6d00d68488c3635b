import { describe, expect, it } from '@jest/globals';
import { ACCESS_RIGHTS, missingRightText, neededText } from '../../src/domain/accessRights.js';

const { createAdherenceJob, managementUnits, organization, usersAggregates } = ACCESS_RIGHTS;

describe('what a call needs', () => {
  it('is told as permission and scope', () => {
    expect(neededText(usersAggregates)).toBe(
      'permission analytics:userAggregate:view; scope analytics:readonly or analytics where scopes are enforced',
    );
    expect(neededText(organization)).toMatch(/^no permission; scope organization:readonly or organization/);
    expect(neededText(managementUnits)).toContain('wfm:managementUnit:view goes with it');
  });
});

describe('what a refused call lacks', () => {
  it('is by the table where Genesys names nothing: permission, where to add it, and scope', () => {
    const text = missingRightText(createAdherenceJob, 'wfm.permission.failure: no');
    expect(text).toContain('needs the permission wfm:historicalAdherence:view: add it to a role');
    expect(text).toContain('Admin › Integrations › OAuth');
    expect(text).toContain('scope workforce-management:readonly or workforce-management too');
  });

  it('is what Genesys names, where it names permissions', () => {
    const text = missingRightText(
      createAdherenceJob,
      'missing.any.permissions: You must have at least one of the following permissions assigned: [wfm:one:view, wfm:two:view]',
    );
    expect(text).toContain('needs the permission wfm:one:view or wfm:two:view:');
    expect(text).not.toContain('wfm:historicalAdherence:view');
  });

  it('is the scope alone where Genesys says that it is the scope', () => {
    const named = missingRightText(
      usersAggregates,
      'app.not.authorized.for.scope: App not authorized to use scope [analytics:readonly, analytics]',
    );
    expect(named).toContain('lacks the scope analytics:readonly or analytics,');
    expect(named).not.toContain('permission');
    expect(missingRightText(usersAggregates, 'app.not.authorized.for.scope')).toContain(
      'lacks the scope analytics:readonly or analytics,',
    );
  });

  it('names a permission even for calls that are documented to need none', () => {
    expect(missingRightText(managementUnits, '')).toContain('wfm:managementUnit:view');
    expect(missingRightText(organization, '')).toContain('no permission is documented');
  });
});
