import type { RoundRecord, SyncState } from '../../domain/sync/syncState.js';

/**
 * Whether a round has ended that began after `syncNow` was signalled.
 *
 * @param before number of the last round when it was signalled: the one after it may have been under way by then.
 */
export function heeds(before: number, { round }: SyncState, last: RoundRecord | null): boolean {
  if (round >= before + 2) return true;
  return round === before + 1 && last?.round === round && last.causes['syncNow'] !== undefined;
}
