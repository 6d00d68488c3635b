import { describe, expect, it } from '@jest/globals';
import { feedOf, type ListenerAttempt } from '../../src/cli/live/feedNow.js';
import { feedText } from '../../src/cli/live/feedText.js';
import { type LiveReport, type LiveState, NOBODY_LISTENS } from '../../src/domain/live/liveState.js';

const NOW = Date.parse('2026-11-22T06:10:00Z');

const HEARS: LiveReport = {
  ...NOBODY_LISTENS,
  takeOver: 4,
  connected: true,
  since: '2026-11-22T06:00:00.000Z',
  whole: true,
  channels: 2,
  topics: { scheduleChanged: 1, trunkChanged: 9, adherence: 3, routingStatus: 0 },
  rejected: [
    {
      pattern: 'v2.users.{id}.routingStatus',
      count: 60,
      reason: 'notification.unauthorized.topic',
      missingPermissions: ['routing:status:view'],
    },
  ],
  occupancyOff:
    'the organisation rejects topics of users (notification.unauthorized.topic; it takes routing:status:view)',
  gaps: {
    met: 2,
    open: 0,
    last: {
      cause: 'cut',
      from: '2026-11-22T06:01:00.000Z',
      to: '2026-11-22T06:01:02.000Z',
      recovered: '2026-11-22T06:01:08.000Z',
    },
  },
  lastMessage: '2026-11-22T06:09:57.000Z',
  sync: { state: 'none', told: 0, dropped: 3 },
  problem: null,
};
const STATE: LiveState = { ...HEARS, at: '2026-11-22T06:09:00.000Z', takeOvers: 2, unreadableSignals: 0 };
const LISTENING: ListenerAttempt = {
  state: 'listening',
  attempt: 2,
  worker: '17@wfm-1',
  lastHeartbeat: '2026-11-22T06:09:59.000Z',
  lastFailure: 'activity Heartbeat timeout',
};

describe('the live feed on a screen', () => {
  it('says whether it hears, what is refused and why, and that nothing is lost', () => {
    const lines = feedText(feedOf('liveFeed/acme', STATE, HEARS, LISTENING), NOW)
      .join('\n')
      .replaceAll(/\s+/g, ' ');
    expect(lines).toContain('listens since 2026-11-22 06:00:00 UTC, 10 min 0 s ago');
    expect(lines).toContain('whole yes: no gap is open, and every row is written');
    expect(lines).toContain(
      'rejected 60 × v2.users.{id}.routingStatus: notification.unauthorized.topic; missing routing:status:view',
    );
    expect(lines).toContain('occupancy off, without rows: the organisation rejects topics of users');
    expect(lines).toContain(
      'the last: cut, 2026-11-22 06:01:00 UTC to 2026-11-22 06:01:02 UTC, what was missed was read',
    );
    expect(lines).toContain('3 hints dropped, and nothing lost by it');
    expect(lines).toContain('take-over 4, 2 since the feed was started; at 17@wfm-1');
  });

  it('goes by the last heartbeat where the workflow has heard less, or no worker answers for it', () => {
    const heard = { ...HEARS, whole: false, gaps: { ...HEARS.gaps, open: 1 } };
    expect(feedOf('liveFeed/acme', STATE, heard, LISTENING)).toMatchObject({ whole: false, takeOvers: 2 });
    expect(feedOf('liveFeed/acme', null, heard, LISTENING)).toMatchObject({ connected: true, takeOvers: null });
    // The one before the last says nothing any more.
    expect(feedOf('liveFeed/acme', { ...STATE, takeOver: 5, whole: true }, heard, LISTENING)).toMatchObject({
      takeOver: 5,
      whole: true,
    });
  });

  it('is not said to hear while no worker has the listener, whatever was told last', () => {
    const waiting = { ...LISTENING, state: 'waiting' as const, lastFailure: null };
    expect(feedOf('liveFeed/acme', STATE, HEARS, waiting)).toMatchObject({
      connected: false,
      whole: false,
      since: null,
    });
    const lines = feedText(feedOf('liveFeed/acme', STATE, HEARS, waiting), NOW)
      .join('\n')
      .replaceAll(/\s+/g, ' ');
    expect(lines).toContain('listens no');
    expect(lines).toContain('no worker has the listener');
    expect(feedOf('liveFeed/acme', null, null, null).problem).toContain('nobody listens yet');
  });
});
