import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { LiveGap } from '../src/domain/live/liveGap.js';
import type { LiveSource } from '../src/domain/live/liveOccupancy.js';
import { type LiveRoster, usersOf } from '../src/domain/live/liveRoster.js';
import type { LiveWatch } from '../src/domain/live/liveWatch.js';
import { type RealTimeReads, USERS_A_CALL } from '../src/domain/live/realTimeReads.js';
import type { LiveGaps } from './liveGaps.js';
import type { LiveHints } from './liveHints.js';
import type { LiveWriter } from './liveWriter.js';

const FIRST_AGAIN_MS = 1_000;
const LAST_AGAIN_MS = 30_000;

const AS_READ = { source: 'rest' as LiveSource };

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

/** Reads by REST what gaps may have missed, one gap after another, and closes their rows. */
export class LiveRecovery {
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly parts: LiveRecoveryParts) {}

  /** Recovers a gap that has ended, after those before it. Tries until it is done. */
  recover(gap: LiveGap, missed: LiveWatch): void {
    const settledMs = performance.now() + this.parts.settleMs;
    this.#turn = this.#turn.then(() => this.#recover(gap, missed, settledMs)).catch(() => undefined);
  }

  async #recover(gap: LiveGap, missed: LiveWatch, settledMs: number): Promise<void> {
    const { gaps, writer, hints, genesysMs, signal } = this.parts;
    await sleep(Math.max(0, settledMs - performance.now()), null, { signal });
    for (const businessUnitId of missed.businessUnitIds)
      hints.tell({ kind: 'scheduleChanged', businessUnitId, atMs: null });
    // One is enough: the round that it asks for reads all trunks.
    const [trunk] = missed.trunks;
    if (trunk) hints.tell({ kind: 'trunkChanged', trunkId: trunk.id, atMs: null });
    const counts = { read: 0, changed: 0 };
    await this.#readAdherence(gap, missed, counts);
    await this.#readStatuses(gap, missed, counts);
    gaps.change(gap, { recoveredMs: genesysMs(), ...counts, problem: null });
    if (gaps.hasOnlyInherited) gaps.endInherited(genesysMs());
    await writer.soon();
  }

  async #readAdherence(gap: LiveGap, missed: LiveWatch, counts: { read: number; changed: number }): Promise<void> {
    const { reads, writer, roster, signal } = this.parts;
    const users = usersOf(roster(), missed.managementUnitIds);
    for (const some of chunks(users)) {
      const found = await this.#read(gap, some, (ids) => reads.adherenceOf(ids, signal));
      const rows = { adherence: found.map((event) => ({ ...event, ...AS_READ })), statuses: [] };
      counts.read += found.length;
      counts.changed += (await writer.writeRead(rows, signal)).adherence;
    }
  }

  async #readStatuses(gap: LiveGap, missed: LiveWatch, counts: { read: number; changed: number }): Promise<void> {
    const { reads, writer, isOccupancyOn, signal } = this.parts;
    for (const some of chunks(missed.userIds)) {
      if (!isOccupancyOn()) return;
      const found = await this.#read(gap, some, (ids) => reads.routingStatusesOf(ids, signal));
      const rows = { adherence: [], statuses: found.map((event) => ({ ...event, ...AS_READ })) };
      counts.read += found.length;
      counts.changed += (await writer.writeRead(rows, signal)).statuses;
    }
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
