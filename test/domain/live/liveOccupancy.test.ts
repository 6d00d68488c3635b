import { describe, expect, it } from '@jest/globals';
import { type LiveOccupancy, withStatus, withStatuses } from '../../../src/domain/live/liveOccupancy.js';
import { at, routingStatus } from '../../support/liveBatches.js';

const heard = (status: string, seconds: number, more: object = {}) => ({
  ...routingStatus('anna', status, at(seconds)),
  source: 'event' as const,
  ...more,
});

function after(...all: ReturnType<typeof heard>[]): LiveOccupancy | null {
  return withStatuses([], all).changed[0] ?? null;
}

describe('an agent’s time in each status', () => {
  it('counts from one status’s beginning to the next one’s, by Genesys’s times alone', () => {
    expect(
      after(heard('IDLE', 0), heard('INTERACTING', 60), heard('IDLE', 300), heard('OFF_QUEUE', 400)),
    ).toMatchObject({
      status: 'OFF_QUEUE',
      sinceMs: at(400),
      idleMs: 160_000,
      interactingMs: 240_000,
      offQueueMs: 0,
      isApproximate: false,
    });
  });

  it('is the same in whatever order a batch came', () => {
    const all = [heard('IDLE', 0), heard('INTERACTING', 60), heard('COMMUNICATING', 300), heard('IDLE', 400)];
    expect(after(...[...all].reverse())).toEqual(after(...all));
  });

  it('begins anew with each half hour: what lasted over its beginning counts from there', () => {
    const next = after(heard('INTERACTING', 1_700), heard('IDLE', 1_900));
    expect(next).toMatchObject({
      intervalStartMs: at(1_800),
      knownFromMs: at(1_800),
      interactingMs: 100_000,
      idleMs: 0,
    });
    expect(after(heard('INTERACTING', 1_700), heard('IDLE', 1_900), heard('INTERACTING', 5_500))).toMatchObject({
      intervalStartMs: at(5_400),
      interactingMs: 0,
      idleMs: 100_000,
    });
  });

  it('is approximate where a change was not heard but read, until the next half hour', () => {
    const read = after(heard('IDLE', 0), heard('INTERACTING', 60, { source: 'rest' }), heard('IDLE', 90));
    expect(read?.isApproximate).toBe(true);
    expect(after(heard('IDLE', 0), heard('IDLE', 60, { isAfterMissed: true }))?.isApproximate).toBe(true);
    expect(withStatus(read, heard('INTERACTING', 1_801))?.isApproximate).toBe(false);
  });

  it('is not changed by what began when the known status did, or before', () => {
    const known = after(heard('IDLE', 100));
    expect(withStatus(known, heard('INTERACTING', 100))).toBeNull();
    expect(withStatus(known, heard('INTERACTING', 99, { source: 'rest' }))).toBeNull();
  });

  it('has no sum for a status that is not known, and goes on after it', () => {
    expect(after(heard('NEW_STATUS', 0), heard('IDLE', 60), heard('INTERACTING', 90))).toMatchObject({
      idleMs: 30_000,
      interactingMs: 0,
      offQueueMs: 0,
    });
  });
});
