import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AdherenceEvent } from '../../src/domain/live/liveEvent.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';
import { adherence, at, batch, gap, routingStatus } from '../support/liveBatches.js';

/** Opens an empty live store; `again` another one of the same place, as another process would. */
export type OpenLiveStore = () => Promise<{ store: LiveStore; again: () => LiveStore; close: () => Promise<void> }>;

const ACME = { organisationId: 'acme', after: 0 };

/** What every live store promises, whatever database it is. */
export function liveStoreContract(name: string, open: OpenLiveStore): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<OpenLiveStore>>;
    let store: LiveStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.migrate();
    });
    afterEach(() => opened.close());

    const users = (table: string, columns: string) => store.query(`SELECT ${columns} FROM ${table} ORDER BY user_id`);

    describe('who may write', () => {
      it('is whoever took over last: numbers only go up, and never back to one that the sync has seen', async () => {
        expect((await store.claim(ACME)).takeOver).toBe(1);
        expect((await store.claim(ACME)).takeOver).toBe(2);
        expect((await store.claim({ ...ACME, after: 40 })).takeOver).toBe(41);
        expect((await store.claim(ACME)).takeOver).toBe(42);
      });

      it('is not the one before: nothing of its batch is written, and it is told who took over', async () => {
        const { takeOver: first } = await store.claim(ACME);
        await store.claim(ACME);
        const late = batch({
          adherence: [{ ...adherence('anna', at(9)), source: 'event' }],
          statuses: [{ ...routingStatus('anna', 'IDLE', at(9)), source: 'event' }],
          gaps: [gap({ takeOver: first, gap: 1 })],
        });
        await expect(store.write(first, late)).rejects.toMatchObject({
          name: 'Conflict',
          message: expect.stringContaining('listener 1 is not the one any more: listener 2 has taken over') as unknown,
        });
        expect(await users('adherence_live', 'user_id')).toEqual([]);
        expect(await users('occupancy_live', 'user_id')).toEqual([]);
        expect(await store.gaps(10)).toEqual([]);
      });

      it('is one at any moment: of two that claim and write at once, the rows are those of the higher number', async () => {
        const stores = [store, opened.again()];
        const written: number[] = [];
        const late: number[] = [];
        // Who is answered first of two that the database took one after the other is chance; what was answered before a question is not.
        let lastClaimed = 0;
        await Promise.all(
          stores.map(async (one, which) => {
            for (let round = 0; round < 5; round++) {
              const { takeOver } = await one.claim(ACME);
              lastClaimed = Math.max(lastClaimed, takeOver);
              // Some write at once, and some when the other may have claimed meanwhile.
              for (let looks = 0; looks < 5 && round % 2 === which; looks++) await one.gaps(1);
              const rows = batch({ adherence: [{ ...adherence(`user-${which}`, at(takeOver)), source: 'event' }] });
              const isLate = lastClaimed > takeOver;
              await one.write(takeOver, rows).then(
                () => (isLate ? late : written).push(takeOver),
                (error: unknown) => expect(error).toMatchObject({ name: 'Conflict' }),
              );
            }
          }),
        );
        const rows = await users('adherence_live', 'take_over');
        expect(late).toEqual([]);
        expect(Math.max(...rows.map(({ take_over }) => Number(take_over)))).toBe(Math.max(...written));
        expect(written).toContain(10);
      });

      it('is a listener of the same organisation only', async () => {
        await store.claim(ACME);
        await expect(store.claim({ organisationId: 'globex', after: 0 })).rejects.toMatchObject({
          name: 'Blocked',
          message: expect.stringContaining('the live tables are of organisation acme') as unknown,
        });
      });
    });

    describe('the latest of each agent', () => {
      it('is by Genesys’s own times: what began earlier changes nothing, whenever it comes', async () => {
        const { takeOver } = await store.claim(ACME);
        const write = async (atMs: number, adherenceState: string) =>
          await store.write(
            takeOver,
            batch({ adherence: [{ ...adherence('anna', atMs, { adherenceState }), source: 'event' }] }),
          );
        expect(await write(at(10), 'InAdherence')).toEqual({ adherence: 1, statuses: 0 });
        expect(await write(at(9), 'Unscheduled')).toEqual({ adherence: 0, statuses: 0 });
        // A machine's clock an hour wrong stamps nothing: events an hour apart order by what Genesys says.
        expect(await write(at(-3600), 'Unknown')).toEqual({ adherence: 0, statuses: 0 });
        expect(await write(at(11), 'OutOfAdherence')).toEqual({ adherence: 1, statuses: 0 });
        expect(await users('adherence_live', 'user_id, adherence_state, event_at, source, take_over')).toEqual([
          {
            user_id: 'anna',
            adherence_state: 'OutOfAdherence',
            event_at: new Date(at(11)).toISOString(),
            source: 'event',
            take_over: 1,
          },
        ]);
      });

      it('is what was told last where Genesys’s times did not move with it; the same told again is no news', async () => {
        const { takeOver } = await store.claim(ACME);
        const write = async (changes: Partial<AdherenceEvent>, source: 'event' | 'rest') =>
          (await store.write(takeOver, batch({ adherence: [{ ...adherence('anna', at(10), changes), source }] })))
            .adherence;
        expect(await write({}, 'event')).toBe(1);
        expect(await write({}, 'rest')).toBe(0);
        expect(await write({ routingStatus: 'INTERACTING' }, 'event')).toBe(1);
        expect(await write({ routingStatus: 'INTERACTING', isOutOfOffice: null }, 'rest')).toBe(1);
        expect(await users('adherence_live', 'routing_status, out_of_office, source')).toEqual([
          { routing_status: 'INTERACTING', out_of_office: null, source: 'rest' },
        ]);
        expect(await write({ routingStatus: 'IDLE', isRemoved: true }, 'event')).toBe(1);
        expect(await users('adherence_live', 'routing_status, removed')).toEqual([
          { routing_status: 'IDLE', removed: true },
        ]);
      });

      it('is the latest among many of one batch, in whatever order they came', async () => {
        const { takeOver } = await store.claim(ACME);
        const times = [3, 9, 1, 7, 9, 2];
        const events = times.map((seconds, index) => ({
          ...adherence('anna', at(seconds), { adherenceState: `state-${index}` }),
          source: 'event' as const,
        }));
        expect(await store.write(takeOver, batch({ adherence: events }))).toEqual({ adherence: 1, statuses: 0 });
        expect(await users('adherence_live', 'adherence_state')).toEqual([{ adherence_state: 'state-4' }]);
      });

      it('keeps everything that Genesys says of it, and says where it came from', async () => {
        const { takeOver } = await store.claim(ACME);
        const unknown = {
          managementUnitId: null,
          adherenceState: null,
          adherenceChangedAtMs: null,
          impact: null,
          scheduledActivityCategory: null,
          actualActivityCategory: null,
          systemPresence: null,
          routingStatus: null,
          presenceChangedAtMs: null,
          isOutOfOffice: null,
        };
        const events = [
          { ...adherence('anna', at(1), { secondaryPresenceId: 'p-7', isRemoved: true }), source: 'rest' as const },
          { ...adherence('ben', at(2), unknown), source: 'event' as const },
        ];
        await store.write(takeOver, batch({ adherence: events }));
        const rows = await store.query('SELECT * FROM adherence_live ORDER BY user_id');
        expect(
          rows.map(({ written_at, ...row }) => ({
            ...row,
            recent: Date.now() - Date.parse(String(written_at)) < 600_000,
          })),
        ).toEqual([
          {
            user_id: 'anna',
            management_unit_id: 'mu-1',
            adherence_state: 'InAdherence',
            adherence_since: new Date(at(1)).toISOString(),
            impact: 'Neutral',
            scheduled_activity_category: 'OnQueueWork',
            actual_activity_category: 'OnQueueWork',
            system_presence: 'ON_QUEUE',
            secondary_presence_id: 'p-7',
            routing_status: 'IDLE',
            presence_since: new Date(at(1)).toISOString(),
            out_of_office: false,
            removed: true,
            event_at: new Date(at(1)).toISOString(),
            source: 'rest',
            take_over: 1,
            recent: true,
          },
          {
            user_id: 'ben',
            management_unit_id: null,
            adherence_state: null,
            adherence_since: null,
            impact: null,
            scheduled_activity_category: null,
            actual_activity_category: null,
            system_presence: null,
            secondary_presence_id: null,
            routing_status: null,
            presence_since: null,
            out_of_office: null,
            removed: false,
            event_at: new Date(at(2)).toISOString(),
            source: 'event',
            take_over: 1,
            recent: true,
          },
        ]);
      });
    });

    it('says of agents who left every unit that they did, and drops what nothing keeps true', async () => {
      const { takeOver } = await store.claim(ACME);
      const adherences = ['anna', 'ben'].map((id) => ({ ...adherence(id, at(1)), source: 'event' as const }));
      const statuses = ['anna', 'ben'].map((id) => ({ ...routingStatus(id, 'IDLE', at(1)), source: 'event' as const }));
      await store.write(takeOver, batch({ adherence: adherences, statuses }));
      await store.write(takeOver, batch({ left: ['anna', 'nobody'] }));
      expect(await users('adherence_live', 'user_id, removed')).toEqual([
        { user_id: 'anna', removed: true },
        { user_id: 'ben', removed: false },
      ]);
      expect(await users('occupancy_live', 'user_id')).toEqual([{ user_id: 'ben' }]);
      // Who comes back is read, as old as that is.
      await store.write(takeOver, batch({ adherence: [{ ...adherence('anna', at(1)), source: 'rest' }] }));
      expect(await users('adherence_live', 'removed')).toEqual([{ removed: false }, { removed: false }]);
    });

    describe('occupancy', () => {
      it('sums up how long each status took in its half hour, over several batches', async () => {
        const { takeOver } = await store.claim(ACME);
        const hear = async (status: string, seconds: number) =>
          await store.write(
            takeOver,
            batch({ statuses: [{ ...routingStatus('anna', status, at(seconds)), source: 'event' }] }),
          );
        await hear('IDLE', 60);
        await hear('INTERACTING', 100);
        await hear('IDLE', 400);
        expect(await hear('INTERACTING', 400)).toEqual({ adherence: 0, statuses: 0 });
        expect(await hear('COMMUNICATING', 500)).toEqual({ adherence: 0, statuses: 1 });
        expect(
          await users(
            'occupancy_live',
            'routing_status, status_since, interval_start, known_from, interacting_ms, idle_ms, communicating_ms, approximate',
          ),
        ).toEqual([
          {
            routing_status: 'COMMUNICATING',
            status_since: new Date(at(500)).toISOString(),
            interval_start: new Date(at(0)).toISOString(),
            known_from: new Date(at(60)).toISOString(),
            interacting_ms: 300_000,
            idle_ms: 140_000,
            communicating_ms: 0,
            approximate: false,
          },
        ]);
      });

      it('of now counts the status that lasts, and is a share between 0 and 1', async () => {
        const { takeOver } = await store.claim(ACME);
        const hourAgoMs = Date.now() - 3_600_000;
        const statuses = [
          { ...routingStatus('anna', 'INTERACTING', hourAgoMs), source: 'event' as const },
          { ...routingStatus('ben', 'IDLE', hourAgoMs), source: 'event' as const },
          { ...routingStatus('cleo', 'OFF_QUEUE', hourAgoMs), source: 'event' as const },
        ];
        await store.write(takeOver, batch({ statuses }));
        expect(await users('occupancy_now', 'user_id, routing_status, occupancy, approximate')).toEqual([
          { user_id: 'anna', routing_status: 'INTERACTING', occupancy: 1, approximate: false },
          { user_id: 'ben', routing_status: 'IDLE', occupancy: 0, approximate: false },
          { user_id: 'cleo', routing_status: 'OFF_QUEUE', occupancy: null, approximate: false },
        ]);
      });
    });

    it('has no rows of occupancy, which nothing would keep true, where the organisation rejects user topics', async () => {
      const { takeOver } = await store.claim(ACME);
      const statuses = [{ ...routingStatus('anna', 'IDLE', at(1)), source: 'event' as const }];
      await store.write(takeOver, batch({ statuses }));
      expect(await users('occupancy_live', 'user_id')).toHaveLength(1);
      await store.write(takeOver, batch({ feed: { ...batch().feed, occupancyOff: 'user topics are rejected' } }));
      expect(await users('occupancy_live', 'user_id')).toEqual([]);
      expect(await store.query('SELECT occupancy_off FROM live_feed')).toEqual([
        { occupancy_off: 'user topics are rejected' },
      ]);
    });

    describe('gaps', () => {
      it('are rows with their bounds, from when they begin until they are recovered', async () => {
        const { takeOver } = await store.claim(ACME);
        const begun = gap({ takeOver, gap: 1, fromMs: at(5), problem: null });
        await store.write(takeOver, batch({ gaps: [begun] }));
        expect(await store.gaps(10)).toEqual([begun]);
        expect(await store.openGaps()).toBe(1);
        const recovered = { ...begun, toMs: at(8), recoveredMs: at(9), read: 12, changed: 3 };
        await store.write(takeOver, batch({ gaps: [recovered, gap({ takeOver, gap: 2, fromMs: null })] }));
        expect(await store.gaps(10)).toEqual([gap({ takeOver, gap: 2, fromMs: null }), recovered]);
        expect(await store.gaps(1)).toHaveLength(1);
        expect(await store.openGaps()).toBe(1);
      });

      it('that a listener left open, and what it heard last, are told to the one that takes over', async () => {
        const { takeOver, ...nothing } = await store.claim(ACME);
        expect(nothing).toEqual({ lastMessageMs: null, openGaps: [], watch: null });
        const left = gap({ takeOver, gap: 3, fromMs: at(5) });
        await store.write(takeOver, batch({ gaps: [left], watch: { text: '{"v":1}', readMs: at(2) } }));
        // A batch without news of either keeps both.
        await store.write(takeOver, batch({ feed: { ...batch().feed, lastMessageMs: null } }));
        await store.release();
        expect(await opened.again().claim(ACME)).toEqual({
          takeOver: takeOver + 1,
          lastMessageMs: at(1),
          openGaps: [left],
          watch: { text: '{"v":1}', readMs: at(2) },
        });
      });
    });

    it('says of the feed what it was told last, and that it is neither connected nor whole once another takes over', async () => {
      const { takeOver } = await store.claim(ACME);
      await store.write(takeOver, batch({ feed: { ...batch().feed, problem: 'rows wait' } }));
      const told = 'SELECT connected, connected_since, whole, last_message_at, problem, take_over FROM live_feed';
      expect(await store.query(told)).toEqual([
        {
          connected: true,
          connected_since: new Date(at(0)).toISOString(),
          whole: true,
          last_message_at: new Date(at(1)).toISOString(),
          problem: 'rows wait',
          take_over: 1,
        },
      ]);
      await store.claim(ACME);
      expect(await store.query(told)).toMatchObject([{ connected: false, whole: false, take_over: 2 }]);
    });
  });
}
