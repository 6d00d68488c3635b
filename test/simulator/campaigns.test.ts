import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const CAMPAIGNS = '/api/v2/outbound/campaigns';

describe('outbound campaigns', () => {
  let calls: SimulatorCalls;
  let running: string;
  let resting: string;
  let nowMs = Date.parse('2026-03-02T06:00:00Z');
  beforeEach(async () => {
    calls = await simulatorCalls({ now: () => nowMs });
    [running = '', resting = ''] = calls.simulator.telephony.facts().campaigns.map(({ id }) => `${CAMPAIGNS}/${id}`);
  });
  afterEach(async () => await calls.simulator.close());

  it('are listed by id', async () => {
    const id = resting.split('/').at(-1) ?? '';
    expect((await calls.get(`${CAMPAIGNS}?id=${id}`)).body).toMatchObject({
      entities: [{ id, campaignStatus: 'off' }],
    });
    expect((await calls.get(`${CAMPAIGNS}?id=${id},nobody`)).body['total']).toBe(1);
    expect((await calls.get(CAMPAIGNS)).body['total']).toBe(2);
  });

  it('take a line count while they run, and count their version up', async () => {
    const { body } = await calls.get(running);
    expect((await calls.send('PATCH', running, { outboundLineCount: 7 })).status).toBe(204);
    expect((await calls.get(running)).body).toMatchObject({
      campaignStatus: 'on',
      outboundLineCount: 7,
      version: Number(body['version']) + 1,
    });
  });

  it('refuse everything else while they run, and a version that is not current', async () => {
    const on = (await calls.get(running)).body;
    expect(await calls.send('PUT', running, on)).toMatchObject({
      status: 409,
      body: { code: 'invalid.update.campaign.active' },
    });
    const off = (await calls.get(resting)).body;
    expect((await calls.send('PUT', resting, { ...off, callerName: 'Lion' })).body).toMatchObject({
      callerName: 'Lion',
    });
    expect(await calls.send('PUT', resting, off)).toMatchObject({
      status: 409,
      body: { code: 'invalid.update.wrong.version' },
    });
  });

  it('take minutes to stop', async () => {
    expect((await calls.send('POST', `${running}/stop`)).status).toBe(204);
    expect((await calls.get(running)).body['campaignStatus']).toBe('stopping');
    expect((await calls.send('POST', `${running}/start`)).status).toBe(400);
    nowMs += 180_000;
    expect((await calls.get(running)).body['campaignStatus']).toBe('off');
    expect((await calls.send('POST', `${running}/start`)).status).toBe(204);
    expect((await calls.get(running)).body['campaignStatus']).toBe('on');
  });
});
