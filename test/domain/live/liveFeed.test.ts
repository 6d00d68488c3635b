import { describe, expect, it } from '@jest/globals';
import { untimely } from '../../../src/domain/live/eventTime.js';
import { reported, saysMore } from '../../../src/domain/live/feedMoves.js';
import { cameTo, keptRoster, leftBetween, rosterText, usersOf, watchOf } from '../../../src/domain/live/liveRoster.js';
import { LiveSettings } from '../../../src/domain/live/liveSettings.js';
import { type LiveCarried, type LiveReport, NOBODY_LISTENS } from '../../../src/domain/live/liveState.js';
import { PendingRows } from '../../../src/domain/live/pendingRows.js';
import { isNothing, NOTHING_WATCHED, watchOfBoth } from '../../../src/domain/live/liveWatch.js';
import { adherence, at, routingStatus } from '../../support/liveBatches.js';

const ROSTER = {
  v: 1 as const,
  businessUnitIds: ['bu'],
  managementUnits: [
    { id: 'mu-1', userIds: ['anna', 'ben'] },
    { id: 'mu-2', userIds: ['ben', 'cleo'] },
  ],
  trunks: [{ id: 't', trunkBaseId: 'b' }],
};

describe('rows that wait', () => {
  it('are of adherence the latest of each agent, and of statuses each change, however long nothing can be written', () => {
    const pending = new PendingRows();
    for (let second = 0; second < 1_000; second++) {
      pending.hear(adherence('anna', at(second)));
      pending.hear(routingStatus('anna', second % 2 ? 'IDLE' : 'INTERACTING', at(second)));
    }
    expect(pending.users).toBe(1);
    const rows = pending.take();
    expect(rows.adherence.map(({ atMs }) => atMs)).toEqual([at(999)]);
    expect(rows.statuses).toHaveLength(20);
    expect(rows.statuses[0]).toMatchObject({ isAfterMissed: true });
    expect(rows.statuses.at(-1)).toMatchObject({ atMs: at(999) });
    expect(pending.users).toBe(0);
  });

  it('that could not be written come before those that came since, and never over them', () => {
    const pending = new PendingRows();
    pending.hear(adherence('anna', at(1)));
    pending.hear(routingStatus('anna', 'IDLE', at(1)));
    const taken = pending.take();
    pending.hear(adherence('anna', at(2)));
    pending.hear(routingStatus('anna', 'INTERACTING', at(2)));
    pending.giveBack(taken);
    const rows = pending.take();
    expect(rows.adherence.map(({ atMs }) => atMs)).toEqual([at(2)]);
    expect(rows.statuses.map(({ atMs }) => atMs)).toEqual([at(1), at(2)]);
  });

  it('are what came last where Genesys’s times did not move with it', () => {
    const pending = new PendingRows();
    const hear = (routingStatus: string) => pending.hear(adherence('anna', at(1), { routingStatus }));
    const waiting = () => pending.take().adherence.map((row) => row.routingStatus);
    hear('IDLE');
    hear('INTERACTING');
    const taken = pending.take();
    expect(taken.adherence.map((row) => row.routingStatus)).toEqual(['INTERACTING']);
    hear('COMMUNICATING');
    pending.giveBack(taken);
    expect(waiting()).toEqual(['COMMUNICATING']);
    hear('IDLE');
    pending.forgetAdherence('anna');
    expect(waiting()).toEqual([]);
  });
});

describe('an event’s own time', () => {
  it('is believed within ten minutes of Genesys’s clock; beyond, what it says is read by REST', () => {
    expect(untimely(routingStatus('anna', 'IDLE', at(0)), at(60), null)).toBeNull();
    for (const aheadSeconds of [3_600, -3_600]) {
      const status = routingStatus('anna', 'IDLE', at(aheadSeconds));
      expect(untimely(status, at(0), null)?.userIds).toEqual(['anna']);
    }
    expect(untimely(adherence('anna', at(3_600)), at(0), null)?.managementUnitIds).toEqual(['mu-1']);
    expect(untimely(adherence('anna', at(3_600), { managementUnitId: null }), at(0), null)).toBeNull();
  });

  it('that is old says nothing of adherence, which may not have changed for hours, unless it is older than what is known', () => {
    expect(untimely(adherence('anna', at(-7_200)), at(0), null)).toBeNull();
    expect(untimely(adherence('anna', at(-7_200)), at(0), at(-7_200))).toBeNull();
    expect(untimely(adherence('anna', at(-7_200)), at(0), at(-60))?.managementUnitIds).toEqual(['mu-1']);
  });
});

describe('what there is to watch', () => {
  it('is what the settings want of the roster', () => {
    expect(watchOf(ROSTER, LiveSettings.parse({}))).toEqual({
      businessUnitIds: ['bu'],
      trunks: ROSTER.trunks,
      managementUnitIds: ['mu-1', 'mu-2'],
      userIds: ['anna', 'ben', 'cleo'],
    });
    const off = LiveSettings.parse({ schedules: false, trunks: false, adherence: false, occupancy: false });
    expect(Object.values(watchOf(ROSTER, off)).flat()).toEqual([]);
    expect(usersOf(ROSTER, ['mu-1'])).toEqual(['anna', 'ben']);
  });

  it('tells what came and who left: a unit with a newcomer is read anew, what stays is not', () => {
    const settings = LiveSettings.parse({});
    const [one, two] = ROSTER.managementUnits as [
      (typeof ROSTER)['managementUnits'][0],
      (typeof ROSTER)['managementUnits'][0],
    ];
    const later = {
      ...ROSTER,
      managementUnits: [one, { ...two, userIds: ['cleo', 'dora'] }],
      trunks: [...ROSTER.trunks, { id: 't2', trunkBaseId: 'b' }],
    };
    expect(cameTo(ROSTER, later, settings)).toEqual({
      businessUnitIds: [],
      trunks: [{ id: 't2', trunkBaseId: 'b' }],
      managementUnitIds: ['mu-2'],
      userIds: ['dora'],
    });
    // Ben is in another unit still.
    expect(leftBetween(ROSTER, later)).toEqual([]);
    expect(leftBetween(later, ROSTER)).toEqual(['dora']);
    expect(isNothing(cameTo(ROSTER, ROSTER, settings))).toBe(true);
    expect(cameTo(ROSTER, later, { ...settings, adherence: false, occupancy: false, trunks: false })).toEqual(
      NOTHING_WATCHED,
    );
  });

  it('is kept for who takes over, and read anew where it was for other settings, or cannot be read', () => {
    const text = rosterText(ROSTER, 'these settings');
    expect(keptRoster(text, 'these settings')).toEqual(ROSTER);
    for (const other of [text.replace('"v":1', '"v":2'), '{', 'null', ''])
      expect(keptRoster(other, 'these settings')).toBeNull();
    expect(keptRoster(text, 'others')).toBeNull();
  });

  it('of two gaps together has each once', () => {
    const one = watchOf(ROSTER, LiveSettings.parse({}));
    expect(watchOfBoth(one, one)).toEqual(one);
  });
});

describe('what a listener reports', () => {
  const report = (changes: Partial<LiveReport>): LiveReport => ({ ...NOBODY_LISTENS, ...changes });
  const carried: LiveCarried = {
    v: 1,
    settings: null,
    report: report({ takeOver: 4 }),
    at: null,
    takeOvers: 2,
    unreadableSignals: 0,
  };

  it('is dropped where another has taken over from it', () => {
    expect(reported(carried, report({ takeOver: 3, connected: true }), 'now')).toBe(carried);
    expect(reported(carried, report({ takeOver: 4, connected: true }), 'now')).toMatchObject({
      takeOvers: 2,
      at: 'now',
      report: { connected: true },
    });
    expect(reported(carried, report({ takeOver: 9 }), 'now').takeOvers).toBe(3);
  });

  it('is told at once where it says more than that time has passed and figures have grown', () => {
    const before = report({
      lastMessage: '1',
      waiting: 3,
      unreadable: 1,
      sync: { state: 'told', told: 1, dropped: 0 },
    });
    const later = { ...before, lastMessage: '2', waiting: 9, unreadable: 7, sync: { ...before.sync, told: 30 } };
    expect(saysMore(before, later)).toBe(false);
    for (const news of [{ connected: true }, { whole: true }, { waiting: 0 }, { problem: 'x' }, { takeOver: 1 }])
      expect(saysMore(before, { ...later, ...news })).toBe(true);
  });
});
