import type { Lane } from '../src/domain/lane.js';
import type { GatedAnswer, SyncGate } from '../src/domain/sync/gatedAnswer.js';
import type { PlannedWrite } from '../src/domain/sync/roundDecision.js';
import type { RouteRead, RowRead } from '../src/domain/sync/syncReads.js';
import type { WrittenWrite } from '../src/domain/sync/syncState.js';
import type { WriteAnswer } from '../src/domain/sync/writeAnswers.js';
import { applicationFailure } from './failedWith.js';
import { syncCallsOf } from './syncActivities.js';

/** Writes at once: each is a call that may be in flight when a gate closes. */
const AT_ONCE = 4;

/** How often a conflict is read and decided again before the round leaves it to the next one. */
const DECIDED_AGAIN_AT_MOST = 3;

/** What the sender asks of the round that it works for. */
export interface WritingRound {
  readonly organisationId: string;
  readonly syncId: string;
  readonly metadataTable: string | undefined;
  /** The route as it was read last. */
  route(id: string): RouteRead | undefined;
  row(key: string): RowRead | undefined;
  /** Whether no more writes are to leave: the sync is being stopped, or the run's history is full. */
  isOver(): boolean;
  /** The gate that is closed for a family now. */
  gateOf(family: string): SyncGate | null;
  gateMet(gate: SyncGate): void;
  /** Takes a route as it was read anew, and says what is to be written to it by now; null where it is as it should be. */
  decideAgain(read: RouteRead): (PlannedWrite & { kind: 'route' }) | null;
  written(write: PlannedWrite, answer: { read: RouteRead | null }): void;
  /** A write that was not sent, for a gate or because the round is over. */
  unsent(write: PlannedWrite): void;
  ended(write: WrittenWrite): void;
}

/** Sends a round's writes in their order, those of one kind and lane a few at once; each ends as written, or says why not. */
export async function sendWrites(round: WritingRound, writes: readonly PlannedWrite[]): Promise<void> {
  const waiting = [...writes];
  for (let batch = nextBatch(waiting); batch.length > 0; batch = nextBatch(waiting)) {
    await Promise.all(batch.map((write) => sendOne(round, write)));
  }
}

function nextBatch(waiting: PlannedWrite[]): PlannedWrite[] {
  const [first] = waiting;
  if (!first) return [];
  let size = 1;
  while (size < AT_ONCE && waiting[size]?.kind === first.kind && waiting[size]?.lane === first.lane) size++;
  return waiting.splice(0, size);
}

async function sendOne(round: WritingRound, write: PlannedWrite): Promise<void> {
  try {
    switch (write.kind) {
      case 'route':
        await sendRoute(round, write);
        return;
      case 'row':
        await sendRow(round, write);
        return;
      case 'campaign':
        await sendCampaign(round, write);
        return;
    }
  } catch (error) {
    round.ended(outcomeOf(write, 'failed', problemOf(error), null));
  }
}

async function sendRoute(round: WritingRound, first: PlannedWrite & { kind: 'route' }): Promise<void> {
  let write = first;
  for (let again = 0; ; again++) {
    const answer = await call(round, write, 'telephony-writes', async (whose) => {
      const raw = round.route(write.id)?.raw ?? {};
      return await syncCallsOf(write.lane).telephony.writeSyncRoute.executeWithOptions(
        { summary: `Write route ${write.before.name}` },
        [{ ...whose, siteId: write.siteId, raw, trunkBaseIds: write.after }],
      );
    });
    if (answer === null) return;
    if (answer.outcome === 'written') {
      finish(round, write, answer);
      return;
    }
    if (again === DECIDED_AGAIN_AT_MOST) {
      round.ended(outcomeOf(write, 'conflict', answer.problem, answer.correlationId));
      return;
    }
    const read = await readAgain(round, write);
    if (read === null) return;
    const next = round.decideAgain(read);
    if (next === null) {
      round.ended(outcomeOf(write, 'alreadySo', null, answer.correlationId));
      return;
    }
    write = next;
  }
}

async function readAgain(round: WritingRound, write: PlannedWrite & { kind: 'route' }): Promise<RouteRead | null> {
  const answer = await call(round, write, 'reads', async (whose) =>
    syncCallsOf(write.lane).reads.readSyncRoute.executeWithOptions(
      { summary: `Read route ${write.before.name} again: it was changed meanwhile` },
      [{ ...whose, siteId: write.siteId, routeId: write.id }],
    ),
  );
  return answer;
}

async function sendRow(round: WritingRound, write: PlannedWrite & { kind: 'row' }): Promise<void> {
  const tableId = round.metadataTable;
  if (tableId === undefined) return;
  let exists = write.exists;
  for (let again = 0; ; again++) {
    const answer = await call(round, write, 'datatable-writes', async (whose) =>
      syncCallsOf(write.lane).datatable.writeSyncRow.executeWithOptions(
        { summary: `${exists ? 'Write' : 'Add'} the row of ${write.after.carrier} ${write.id}` },
        [{ ...whose, tableId, exists, row: write.after, raw: round.row(write.id)?.raw ?? {} }],
      ),
    );
    if (answer === null) return;
    if (answer.outcome === 'written') {
      finish(round, write, answer);
      return;
    }
    if (again > 0 || answer.outcome === 'conflict') {
      round.ended(outcomeOf(write, 'conflict', answer.problem, answer.correlationId));
      return;
    }
    exists = answer.outcome === 'exists';
  }
}

async function sendCampaign(round: WritingRound, write: PlannedWrite & { kind: 'campaign' }): Promise<void> {
  const answer = await call(round, write, 'outbound-writes', async (whose) =>
    syncCallsOf(write.lane).outbound.writeSyncCampaign.executeWithOptions(
      { summary: `Write the line count of campaign ${write.id}` },
      [{ ...whose, campaignId: write.id, lineCount: write.after }],
    ),
  );
  if (answer === null) return;
  if (answer.outcome === 'written') finish(round, write, answer);
  else round.ended(outcomeOf(write, 'conflict', answer.problem, answer.correlationId));
}

/** One call, unless the round is over or the family's gate is closed; null when it brought nothing. */
async function call<T>(
  round: WritingRound,
  write: PlannedWrite,
  family: string,
  send: (whose: { organisationId: string; syncId: string; lane: Lane }) => Promise<GatedAnswer<T>>,
): Promise<T | null> {
  if (round.isOver() || round.gateOf(family) !== null) {
    round.unsent(write);
    return null;
  }
  const { organisationId, syncId } = round;
  const answer = await send({ organisationId, syncId, lane: write.lane });
  if ('value' in answer) return answer.value;
  round.gateMet(answer.gate);
  round.unsent(write);
  return null;
}

function finish(round: WritingRound, write: PlannedWrite, answer: WriteAnswer & { outcome: 'written' }): void {
  round.written(write, answer);
  round.ended(outcomeOf(write, 'written', null, answer.correlationId));
}

function outcomeOf(
  write: PlannedWrite,
  outcome: WrittenWrite['outcome'],
  problem: string | null,
  correlationId: string | null,
): WrittenWrite {
  return {
    kind: write.kind,
    id: write.id,
    outcome,
    before: write.kind === 'route' ? write.before.trunkBaseIds : write.before,
    after: write.after,
    at: new Date().toISOString(),
    why: write.why,
    problem,
    correlationId,
  };
}

/** What went wrong, in our words where they are ours. */
export function problemOf(error: unknown): string {
  const failure = applicationFailure(error);
  if (failure) return `${failure.type ?? 'failed'}: ${failure.message}`.slice(0, 400);
  return 'no answer within a minute; it is tried again';
}
