import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { LiveGap } from '../src/domain/live/liveGap.js';
import { type LiveRoster, usersOf } from '../src/domain/live/liveRoster.js';
import type { LiveWatch } from '../src/domain/live/liveWatch.js';
import { type RealTimeReads, USERS_A_CALL } from '../src/domain/live/realTimeReads.js';
import type { LiveGaps } from './liveGaps.js';
import type { LiveHints } from './liveHints.js';
import type { LiveWriter } from './liveWriter.js';

const FIRST_AGAIN_MS = 1_000;
const LAST_AGAIN_MS = 30_000;

/** What a recovery works with. */
export interface LiveRecoveryParts {
  readonly reads: RealTimeReads;
  readonly writer: LiveWriter;
  readonly gaps: LiveGaps;
  readonly hints: LiveHints;
  /** Who is in which unit, as it is known now. */
  readonly roster: () => LiveRoster;
  /** Whether routing statuses are to be kept. */
  readonly isOccupancyOn: () => boolean;
  /** By Genesys's clock. */
  readonly genesysMs: () => number;
  readonly settleMs: number;
  /** Milliseconds between tries of what a person must make possible. */
  readonly probeEveryMs: number;
  readonly signal: AbortSignal;
}

/** What a recovery came to. */
export interface Recovered {
  readonly gap: LiveGap;
  /** Calls that it took. */
  readonly calls: number;
}

interface Counts {
  read: number;
  changed: number;
  calls: number;
}

/** Reads by REST what gaps may have missed, one gap after another, and closes their rows. */
export class LiveRecovery {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: LiveRecoveryParts) {}

  /**
   * Recovers a gap that has ended, after those before it. Tries until it is done.
   *
   * @param settleMs until what is read has all that nobody heard.
   * @param isMore whether more was missed meanwhile: then the gap stays open.
   * @throws the signal's reason, where it comes first.
   */
  async recover(
    gap: LiveGap,
    missed: LiveWatch,
    { settleMs = this.parts.settleMs, isMore = (): boolean => false } = {},
  ): Promise<Recovered> {
    const settledMs = performance.now() + settleMs;
    const recovered = this.#turn.then(() => this.#recover(gap, missed, settledMs, isMore));
    this.#turn = recovered.catch(() => undefined);
    return await recovered;
  }

  async #recover(gap: LiveGap, missed: LiveWatch, settledMs: number, isMore: () => boolean): Promise<Recovered> {
    const { gaps, writer, hints, genesysMs, signal } = this.parts;
    await sleep(Math.max(0, settledMs - performance.now()), null, { signal });
    for (const businessUnitId of missed.businessUnitIds)
      hints.tell({ kind: 'scheduleChanged', businessUnitId, atMs: null });
    // One is enough: the round that it asks for reads all trunks.
    const [trunk] = missed.trunks;
    if (trunk) hints.tell({ kind: 'trunkChanged', trunkId: trunk.id, atMs: null });
    const counts = { read: 0, changed: 0, calls: 0 };
    await this.#readAdherence(gap, missed, counts);
    await this.#readStatuses(gap, missed, counts);
    const read = (gap.read ?? 0) + counts.read;
    const changed = (gap.changed ?? 0) + counts.changed;
    const recoveredMs = isMore() ? null : genesysMs();
    const after = gaps.change(gap, { recoveredMs, read, changed, problem: null });
    if (gaps.hasOnlyInherited) gaps.endInherited(genesysMs());
    await writer.soon();
    return { gap: after, calls: counts.calls };
  }

  async #readAdherence(gap: LiveGap, missed: LiveWatch, counts: Counts): Promise<void> {
    const { reads, writer, roster, signal } = this.parts;
    const users = usersOf(roster(), missed.managementUnitIds);
    for (const some of chunks(users)) {
      const adherence = await this.#read(gap, some, async (ids) => {
        counts.calls++;
        const askedMs = performance.now();
        return (await reads.adherenceOf(ids, signal)).map((event) => ({ event, askedMs }));
      });
      counts.read += adherence.length;
      const present = this.#present();
      const ofPresent = adherence.filter(({ event }) => present.has(event.userId));
      counts.changed += (await writer.writeRead({ adherence: ofPresent, statuses: [] }, signal)).adherence;
    }
  }

  async #readStatuses(gap: LiveGap, missed: LiveWatch, counts: Counts): Promise<void> {
    const { reads, writer, isOccupancyOn, signal } = this.parts;
    const known = this.#present();
    const users = missed.userIds.filter((userId) => known.has(userId));
    for (const some of chunks(users)) {
      if (!isOccupancyOn()) return;
      const statuses = await this.#read(gap, some, (ids) => {
        counts.calls++;
        return reads.routingStatusesOf(ids, signal);
      });
      counts.read += statuses.length;
      const present = this.#present();
      const ofPresent = statuses.filter(({ userId }) => present.has(userId));
      counts.changed += (await writer.writeRead({ adherence: [], statuses: ofPresent }, signal)).statuses;
    }
  }

  /** Agents of units as they are known now: who left while a gap was open, or while it was read about, is a user of Genesys's still. */
  #present(): ReadonlySet<string> {
    return new Set(usersOf(this.parts.roster()));
  }

  /**
   * One reading, until there is an answer: what is in the way is told in the gap's row.
   *
   * Users of whom one makes Genesys refuse all are asked for by halves, and that one is left out: it is not there any more.
   */
  async #read<T>(
    gap: LiveGap,
    userIds: readonly string[],
    read: (userIds: readonly string[]) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const { gaps, writer, signal } = this.parts;
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      try {
        const found = await read(userIds);
        if (failures > 0) gaps.change(gap, { problem: null });
        return found;
      } catch (error) {
        signal.throwIfAborted();
        if (isFailure(error, 'InvalidInput')) {
          if (userIds.length <= 1) return [];
          const half = Math.ceil(userIds.length / 2);
          const [one, other] = [userIds.slice(0, half), userIds.slice(half)];
          return [...(await this.#read(gap, one, read)), ...(await this.#read(gap, other, read))];
        }
        const problem = isFailure(error)
          ? error.message
          : 'what may have been missed cannot be read: unexpected trouble';
        if (!isFailure(error, 'Throttled') || failures > 0) {
          gaps.change(gap, { problem });
          void writer.soon().catch(() => undefined);
        }
        await sleep(this.#againMs(error, failures), null, { signal });
      }
    }
  }

  #againMs(error: unknown, failures: number): number {
    if (isFailure(error, ...SYSTEMIC_FAILURES)) return this.parts.probeEveryMs;
    const backoffMs = Math.min(LAST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** failures);
    const toldMs = isFailure(error) ? (error.facts.retryAtMs ?? 0) - Date.now() : 0;
    return Math.max(backoffMs, Math.min(toldMs, 86_400_000));
  }
}

function chunks(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / USERS_A_CALL) }, (_, index) =>
    ids.slice(index * USERS_A_CALL, (index + 1) * USERS_A_CALL),
  );
}
