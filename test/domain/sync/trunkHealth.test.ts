import { describe, expect, it } from '@jest/globals';
import type { TrunkMemory } from '../../../src/domain/sync/syncMemory.js';
import { baseHealth, type BaseHealth } from '../../../src/domain/sync/trunkHealth.js';
import type { TrunkFact } from '../../../src/domain/sync/syncFacts.js';
import { START_MS, trunk } from './support/syncWorld.js';

const at = (seconds: number): string => new Date(START_MS + seconds * 1000).toISOString();

function healthOf(trunks: TrunkFact[], memory?: Partial<TrunkMemory>, seconds = 0): BaseHealth {
  return baseHealth({
    trunkBase: 't1',
    carrier: 'SingTel',
    trunks,
    memory: memory && { name: 'Line t1', health: 'healthy', since: at(-3600), connections: {}, ...memory },
    holdDownSeconds: 120,
    nowMs: START_MS + seconds * 1000,
  });
}

const seenUp = { connections: { 'trunk-t1': '2026-03-02T13:02:00.000Z' } };

describe('the health of a trunk base', () => {
  it('is healthy at first contact when a trunk of it is up, since its connection', () => {
    expect(healthOf([trunk('t1')])).toMatchObject({
      health: 'healthy',
      since: '2026-03-02T13:02:00.000Z',
      trouble: '',
    });
    expect(healthOf([trunk('t1', { connectedAt: at(-5) })])).toMatchObject({ health: 'healthy', since: at(-5) });
  });

  it.each<[string, Partial<TrunkFact>, string]>([
    ['is not connected', { connected: false }, 'not connected'],
    ['has no proxy that answers OPTIONS', { options: [{ proxy: 'a', up: false, at: null }] }, 'OPTIONS down'],
    ['is inactive', { state: 'inactive' }, 'inactive'],
    ['is disabled', { enabled: false }, 'disabled'],
    ['says nothing of its connection', { connected: null, optionsEnabled: false }, 'its connection unknown'],
  ])('is unhealthy when its trunk %s', (_, changes, trouble) => {
    expect(healthOf([trunk('t1', changes)])).toMatchObject({ health: 'unhealthy', trouble });
  });

  it('is unknown when Genesys has no such trunk, or only a deleted one', () => {
    expect(healthOf([trunk('t2')])).toMatchObject({
      health: 'unknown',
      name: 'SingTel t1',
      trouble: 'no such trunk in Genesys',
    });
    expect(healthOf([trunk('t1', { state: 'deleted' })], seenUp)).toMatchObject({ health: 'unknown', name: 'Line t1' });
  });

  it('takes one edge for enough', () => {
    const down = trunk('t1', { id: 'edge-a', connected: false });
    expect(healthOf([down, trunk('t1', { id: 'edge-b' })]).health).toBe('healthy');
  });

  it('takes one proxy that answers for enough', () => {
    const options = [
      { proxy: 'a', up: false, at: null },
      { proxy: 'b', up: true, at: null },
    ];
    expect(healthOf([trunk('t1', { options })]).health).toBe('healthy');
  });

  it('goes by the connection alone, with low confidence, where OPTIONS are off or say nothing', () => {
    const down = [{ proxy: 'a', up: false, at: null }];
    expect(healthOf([trunk('t1', { optionsEnabled: false, options: down })])).toMatchObject({
      health: 'healthy',
      lowConfidence: true,
    });
    expect(healthOf([trunk('t1', { options: [] })])).toMatchObject({ health: 'healthy', lowConfidence: true });
    expect(healthOf([trunk('t1')]).lowConfidence).toBe(false);
  });

  it('does not take configuration for health', () => {
    expect(healthOf([trunk('t1', { inService: false })]).health).toBe('healthy');
  });

  it('says since when it is down: as Genesys says, and as first seen where that says nothing', () => {
    const said = trunk('t1', { connected: false, connectedAt: at(-90) });
    expect(healthOf([said], seenUp).since).toBe(at(-90));
    expect(healthOf([trunk('t1', { connected: false, connectedAt: null })], seenUp).since).toBe(at(0));
    expect(healthOf([trunk('t1', { options: [{ proxy: 'a', up: false, at: at(-30) }] })], seenUp).since).toBe(at(-30));
    expect(healthOf([trunk('t1', { enabled: false })], seenUp).since).toBe(at(0));
    expect(healthOf([said], { health: 'unhealthy', since: at(-300) }).since).toBe(at(-300));
  });

  it('does not believe that it went down in a time to come', () => {
    expect(healthOf([trunk('t1', { connected: false, connectedAt: at(600) })], seenUp).since).toBe(at(0));
  });
});

describe('the hold-down', () => {
  const back = trunk('t1', { connectedAt: at(-10) });
  const wasDown = { health: 'unhealthy' as const, since: at(-60) };

  it('counts from the connection that Genesys reports', () => {
    expect(healthOf([back], wasDown)).toMatchObject({ health: 'holdDown', since: at(-10) });
  });

  it('counts from the round that saw it up where Genesys reports an older connection', () => {
    expect(healthOf([trunk('t1', { connectedAt: at(-3000) })], wasDown)).toMatchObject({
      health: 'holdDown',
      since: at(0),
    });
    expect(healthOf([trunk('t1', { connectedAt: null })], wasDown)).toMatchObject({ health: 'holdDown', since: at(0) });
    expect(healthOf([trunk('t1', { connectedAt: at(500) })], wasDown)).toMatchObject({
      health: 'holdDown',
      since: at(0),
    });
  });

  it('counts from the answer to OPTIONS where that was missing', () => {
    const answers = trunk('t1', { options: [{ proxy: 'a', up: true, at: at(-20) }] });
    expect(healthOf([answers], wasDown)).toMatchObject({ health: 'holdDown', since: at(-20) });
  });

  it('is over to the second', () => {
    const held = { health: 'holdDown' as const, since: at(-10), connections: { 'trunk-t1': at(-10) } };
    expect(healthOf([back], held, 109)).toMatchObject({ health: 'holdDown', since: at(-10) });
    expect(healthOf([back], held, 110)).toMatchObject({ health: 'healthy', since: at(-10) });
  });

  it('begins again with another connection', () => {
    const held = { health: 'holdDown' as const, since: at(-100), connections: { 'trunk-t1': at(-100) } };
    expect(healthOf([back], held)).toMatchObject({ health: 'holdDown', since: at(-10) });
  });

  it('is kept by a trunk that was down between two rounds, though none saw it', () => {
    expect(healthOf([back], seenUp)).toMatchObject({ health: 'holdDown', since: at(-10) });
  });

  it('is not begun by one edge that reconnects while another stays', () => {
    const memory = { connections: { 'edge-a': at(-3600), 'edge-b': at(-3600) } };
    const trunks = [
      trunk('t1', { id: 'edge-a', connectedAt: at(-5) }),
      trunk('t1', { id: 'edge-b', connectedAt: at(-3600) }),
    ];
    expect(healthOf(trunks, memory)).toMatchObject({ health: 'healthy', since: at(-3600) });
  });

  it('keeps a healthy trunk healthy while its connection stays', () => {
    expect(healthOf([trunk('t1')], seenUp)).toMatchObject({ health: 'healthy', since: at(-3600) });
  });

  it('holds a trunk that Genesys did not know before', () => {
    expect(healthOf([back], { health: 'unknown', since: at(-60) }).health).toBe('holdDown');
  });
});
