import { patched } from '@temporalio/workflow';
import { contentHash } from '../src/domain/contentHash.js';
import { roundSealOf } from '../src/domain/sync/roundSeal.js';
import { type BegunSync, isEnabled, type SyncCarried } from '../src/domain/sync/syncCarried.js';
import { roundBackoffMs } from '../src/domain/sync/roundBackoff.js';
import { hinted, type SyncHints } from '../src/domain/sync/syncHints.js';
import type { RoundRecord, WrittenWrite } from '../src/domain/sync/syncState.js';
import { problemOf } from './sendWrites.js';
import { syncOwnSteps } from './syncActivities.js';
import type { RoundResult } from './roundRequest.js';

/** Rounds whose decision `approve` may name. */
const ROUNDS_KNOWN = 50;

/** Rounds that may wait to be sealed, some kilobytes each. With so many waiting nothing more is written. */
const UNSEALED_AT_MOST = 20;

/** Keeps the record of rounds: what they did, for the queries and for custody, and what is left for the next one. */
export class RoundBook {
  private readonly steps = syncOwnSteps();

  constructor(
    private readonly carried: SyncCarried,
    private readonly syncId: string,
  ) {}

  /** Enters a round that decided: numbers it, seals it where it came to something new, and hints at what is still to be done. */
  async enter(
    result: RoundResult,
    of: { begun: BegunSync; startedMs: number; taken: SyncHints; timer: boolean },
  ): Promise<void> {
    const { carried } = this;
    const { begun } = of;
    const record: RoundRecord = {
      round: ++carried.round,
      startedAt: new Date(of.startedMs).toISOString(),
      endedAt: new Date().toISOString(),
      causes: causesOf(of.taken, of.timer),
      policyHash: begun.policyHash,
      decisionHash: result.decision.hash,
      enabled: enabledIn(result, carried),
      routes: result.decision.routes,
      drift: result.decision.drift,
      writes: result.written,
      heldWrites: result.writes.held.map(({ write, because }) => ({ kind: write.kind, id: write.id, because })),
      seal: null,
    };
    // An approval is for one decision: once another was made it has lapsed, even if the first comes back some day.
    if (carried.approved !== record.decisionHash) carried.approved = null;
    carried.last = record;
    carried.decided = [...carried.decided, { round: record.round, hash: record.decisionHash }].slice(-ROUNDS_KNOWN);
    carried.problem = result.problem ?? problemOfWrites(result.written);
    this.hintAtRest(result);
    const hash = comesTo(record);
    if ((record.writes.length > 0 || hash !== carried.sealedHash) && !mustSealFirst(carried)) {
      const whose = { organisationId: begun.organisationId, syncId: this.syncId };
      carried.unsealed = [...carried.unsealed, roundSealOf(record, result.inputs, whose)];
      carried.sealedHash = hash;
    }
    await this.seal(begun);
  }

  /** Writes the seals that wait, oldest first. One that cannot be written waits for the next round: carriers do not. */
  private async seal({ organisationId }: BegunSync): Promise<void> {
    const { carried, syncId } = this;
    while (carried.unsealed[0] !== undefined) {
      const [seal] = carried.unsealed;
      try {
        const { path } = await this.steps.sealSyncRound.executeWithOptions({ summary: `Seal round ${seal.round}` }, [
          { organisationId, syncId, seal },
        ]);
        carried.unsealed = carried.unsealed.slice(1);
        if (carried.last?.round === seal.round) carried.last = { ...carried.last, seal: path };
      } catch (error) {
        carried.problem = `round ${seal.round} could not be sealed yet, and ${carried.unsealed.length} wait; it is tried again with the next round: ${problemOf(error)}`;
        return;
      }
    }
  }

  /** What the round left undone is hinted at: at once where a gate tells when, later where something failed. */
  private hintAtRest({ unsent, written, unfinished }: RoundResult): void {
    const { carried } = this;
    const now = Date.now();
    if (unsent > 0 || unfinished === 'gate') carried.hints = hinted(carried.hints, 'unfinished', now);
    const hasFailed = written.some(({ outcome, problem }) => outcome === 'conflict' || mayPass(outcome, problem));
    // Failures in a row: a round that decided all the same does not end the row, or what lasts would be asked for every second.
    carried.failures = hasFailed || unfinished === 'failure' ? carried.failures + 1 : 0;
    if (carried.failures > 0)
      carried.hints = hinted(carried.hints, 'unfinished', now + roundBackoffMs(carried.failures));
  }
}

/** Whether sealing may be put off no longer: what would be written now, no seal would tell of. */
export function mustSealFirst({ unsealed }: SyncCarried): boolean {
  return unsealed.length >= UNSEALED_AT_MOST;
}

/**
 * Whether the round might write: an operator may have enabled its policy, or set another, since it decided.
 *
 * What decides whether a round is sealed must be on replay what it was. To go once no run from before is left.
 */
function enabledIn({ enabled }: RoundResult, carried: SyncCarried): boolean {
  const isNow = isEnabled(carried);
  return enabled === isNow || !patched('round-tells-what-it-decided-by') ? isNow : enabled;
}

function causesOf({ counts }: SyncHints, timer: boolean): Record<string, number> {
  const told = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return Object.keys(told).length > 0 ? told : { [timer ? 'timer' : 'waited']: 1 };
}

/** Two rounds that come to the same differ in nothing that anybody would ask about later. */
function comesTo({ policyHash, decisionHash, enabled, routes, drift, heldWrites }: RoundRecord): string {
  const trunks = routes.map(({ outboundRoute, held, trunks: of }) => ({
    outboundRoute,
    held,
    trunks: of.map(({ trunkBase, health, role }) => ({ trunkBase, health, role })),
  }));
  return contentHash({ policyHash, decisionHash, enabled, trunks, drift, heldWrites: heldWrites.length > 0 });
}

function mayPass(outcome: WrittenWrite['outcome'], problem: string | null): boolean {
  return outcome === 'failed' && (problem === null || !/^(InvalidInput|Forbidden|Unauthorized|Blocked)/.test(problem));
}

function problemOfWrites(written: readonly WrittenWrite[]): string | null {
  const troubled = written.filter(({ outcome }) => outcome === 'failed' || outcome === 'conflict');
  const [first] = troubled;
  if (!first) return null;
  const others = troubled.length === 1 ? '' : `, and ${troubled.length - 1} more`;
  return `${first.kind} ${first.id} was not written${others}: ${first.problem ?? first.outcome}`;
}
