import { afterEach, describe, expect, it } from '@jest/globals';
import { AGGREGATES, BULK, type SimulatorCalls, simulatorCalls, tryLogin } from './simulatorCalls.js';

const ME = '/api/v2/organizations/me';

describe('what the OAuth client may do', () => {
  let calls: SimulatorCalls;
  afterEach(async () => await calls.simulator.close());
  const codeOf = async (answer: ReturnType<SimulatorCalls['get']>) => {
    const { status, body } = await answer;
    return [status, body['code']];
  };

  it('makes every token so far worthless, and gives a new one', async () => {
    calls = await simulatorCalls();
    await calls.control('POST', 'faults', { kind: 'tokenRevoked' });
    expect(await codeOf(calls.get(ME))).toEqual([401, 'bad.credentials']);
    expect((await tryLogin(calls.simulator, calls.simulator)).status).toBe(200);
    expect(await calls.control('GET', 'faults')).toEqual([]);
  });

  it('has another secret until the fault is removed; tokens go on', async () => {
    calls = await simulatorCalls();
    const { id } = (await calls.control('POST', 'faults', { kind: 'clientSecret', secret: 'new-one' })) as {
      id: string;
    };
    expect(await tryLogin(calls.simulator, calls.simulator)).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    const { clientId } = calls.simulator;
    expect((await tryLogin(calls.simulator, { clientId, clientSecret: 'new-one' })).status).toBe(200);
    expect((await tryLogin(calls.simulator, calls.simulator.otherClient)).status).toBe(200);
    expect((await calls.get(ME)).status).toBe(200);
    await calls.control('DELETE', `faults/${id}`);
    expect((await tryLogin(calls.simulator, calls.simulator)).status).toBe(200);
    expect(await calls.control('DELETE', 'faults/clientSecret')).toEqual({ message: expect.any(String) });
  });

  it('refuses calls that need a permission while it is withdrawn, naming it', async () => {
    calls = await simulatorCalls();
    calls.simulator.addFault({ kind: 'permissionWithdrawn', permission: 'wfm:historicalAdherence:view' });
    const refused = await calls.post(BULK, {});
    expect([refused.status, refused.body['code']]).toEqual([403, 'missing.permissions']);
    expect(refused.body['message']).toContain('wfm:historicalAdherence:view');
    expect((await calls.get(ME)).status).toBe(200);
    // Any one of several will do for this one.
    const users = `/api/v2/workforcemanagement/managementunits/${calls.simulator.units[0]?.id ?? ''}/users`;
    expect((await calls.get(users)).status).toBe(200);
    expect(calls.simulator.counts().struck).toEqual({ permissionWithdrawn: 1 });
    calls.simulator.removeFaults('permissionWithdrawn');
    expect((await calls.post(BULK, {})).status).toBe(400);
  });

  it('refuses from the start what an organisation never granted', async () => {
    calls = await simulatorCalls({ permissions: ['analytics:userAggregate:view'], scopes: ['workforce-management'] });
    const users = `/api/v2/workforcemanagement/managementunits/${calls.simulator.units[0]?.id ?? ''}/users`;
    expect(await codeOf(calls.get(users))).toEqual([403, 'missing.any.permissions']);
    expect(await codeOf(calls.post(BULK, {}))).toEqual([403, 'missing.permissions']);
    expect(await codeOf(calls.post(AGGREGATES, {}))).toEqual([403, 'app.not.authorized.for.scope']);
    expect((await calls.get('/api/v2/workforcemanagement/businessunits')).status).toBe(200);
    calls.simulator.addFault({ kind: 'scopeWithdrawn', scope: 'workforce-management' });
    expect(await codeOf(calls.get('/api/v2/workforcemanagement/businessunits'))).toEqual([
      403,
      'app.not.authorized.for.scope',
    ]);
  });
});
