import { decideRound } from '../src/domain/sync/decideRound.js';
import type { SyncGate } from '../src/domain/sync/gatedAnswer.js';
import { attempting, remembered } from '../src/domain/sync/remembered.js';
import type { PlannedWrite, RoundDecision, RoundWrites } from '../src/domain/sync/roundDecision.js';
import { roundInputs } from '../src/domain/sync/roundInputs.js';
import { roundWrites } from '../src/domain/sync/roundWrites.js';
import { schedulesMoved } from '../src/domain/sync/schedulesMoved.js';
import type { AvailabilityFact, ScheduleFact, SyncTruth } from '../src/domain/sync/syncFacts.js';
import type { SyncMemory } from '../src/domain/sync/syncMemory.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import { withoutCursors } from '../src/domain/sync/withoutCursors.js';
import type { RoundReads, RouteRead, RowRead } from '../src/domain/sync/syncReads.js';
import type { WrittenWrite } from '../src/domain/sync/syncState.js';
import type { RoundRequest, RoundResult } from './roundRequest.js';
import { sendWrites, type WritingRound } from './sendWrites.js';
import { takeSnapshots } from './takeSnapshots.js';

/** One round after its reads: snapshots of what moved, the decision, the writes, and what is to be remembered. */
export class SyncRound implements WritingRound {
  private reads: RoundReads;
  private memory: SyncMemory;
  private availability: readonly AvailabilityFact[];
  private decision: RoundDecision;
  private writes: RoundWrites;
  private readonly sent: WrittenWrite[] = [];
  private unsentWrites = 0;

  constructor(private readonly request: RoundRequest) {
    this.reads = request.reads;
    this.memory = request.memory;
    this.availability = request.memory.availability;
    this.decision = this.decide();
    this.writes = this.writesOf(this.decision);
  }

  /** The decision as things stand now, and the writes that it would take. */
  get planned(): { decision: RoundDecision; writes: RoundWrites } {
    return { decision: this.decision, writes: this.writes };
  }

  /**
   * Takes snapshots of the schedules that moved.
   *
   * @returns those of which none could be had, and why: the round goes on with what it knew of them.
   */
  async snapshots(): Promise<{ missing: readonly ScheduleFact[]; problem: string | null }> {
    const { policy, memory } = this.request;
    const moved = schedulesMoved(policy, memory, this.reads.schedules, this.request.nowMs);
    if (moved.length === 0) return { missing: [], problem: null };
    const { facts, missing, problem, gate } = await takeSnapshots(this.request, moved);
    if (gate) this.request.gateMet(gate);
    const taken = new Set(facts.map(keyOf));
    const listed = new Set(this.reads.schedules.map(({ id }) => id));
    const kept = this.availability.filter((fact) => !taken.has(keyOf(fact)) && listed.has(fact.scheduleId));
    this.availability = [...kept, ...facts];
    this.decideAnew();
    return { missing, problem };
  }

  /**
   * Runs the round to its end. What a failover asks of routes is written before snapshots are taken, which may take long.
   */
  async run(): Promise<RoundResult> {
    const isWaiting = schedulesMoved(this.policy, this.memory, this.reads.schedules, this.request.nowMs).length > 0;
    if (isWaiting) await this.send(({ kind, lane }) => kind === 'route' && lane === 'failover');
    const { missing, problem } = await this.snapshots();
    await this.send(() => true);
    return this.result(missing, problem);
  }

  get organisationId(): string {
    return this.request.organisationId;
  }

  get syncId(): string {
    return this.request.syncId;
  }

  get metadataTable(): string | undefined {
    return this.policy.metadataTable;
  }

  route(id: string): RouteRead | undefined {
    return this.reads.routes.find(({ fact }) => fact.id === id);
  }

  row(key: string): RowRead | undefined {
    return this.reads.rows[key];
  }

  isOver(): boolean {
    return this.request.isOver();
  }

  gateOf(family: string): SyncGate | null {
    return this.request.gateOf(family);
  }

  gateMet(gate: SyncGate): void {
    this.request.gateMet(gate);
  }

  decideAgain(read: RouteRead): (PlannedWrite & { kind: 'route' }) | null {
    this.replaceRoute(read);
    this.decideAnew();
    for (const write of this.writes.send) {
      if (write.kind === 'route' && write.id === read.fact.id) {
        this.memory = attempting(this.memory, write.id, write.after);
        return write;
      }
    }
    return null;
  }

  written(write: PlannedWrite, { read }: { read: RouteRead | null }): void {
    if (read !== null) this.replaceRoute(read);
    if (write.kind === 'row') {
      const raw = { ...this.row(write.id)?.raw, ...write.after };
      this.reads = { ...this.reads, rows: { ...this.reads.rows, [write.id]: { row: write.after, raw } } };
    }
    if (write.kind === 'campaign') {
      const campaigns = this.reads.campaigns.map((campaign) =>
        campaign.id === write.id ? { ...campaign, lineCount: write.after } : campaign,
      );
      this.reads = { ...this.reads, campaigns };
    }
  }

  unsent(): void {
    this.unsentWrites++;
  }

  ended(write: WrittenWrite): void {
    this.sent.push(write);
  }

  private get policy(): SyncPolicy {
    return this.request.policy;
  }

  /**
   * Sends what is to be written and has not failed in this round. What was written already stands among the differences only where it
   * was decided otherwise since: a failover's route whose schedule turned out to have moved too.
   */
  private async send(wanted: (write: PlannedWrite) => boolean): Promise<void> {
    const tried = new Set(
      this.sent.filter(({ outcome }) => outcome !== 'written').map(({ kind, id }) => `${kind} ${id}`),
    );
    const writes = this.writes.send.filter((write) => wanted(write) && !tried.has(`${write.kind} ${write.id}`));
    for (const write of writes)
      if (write.kind === 'route') this.memory = attempting(this.memory, write.id, write.after);
    this.unsentWrites = 0;
    await sendWrites(this, writes);
  }

  private result(missing: readonly ScheduleFact[], problem: string | null): RoundResult {
    const { policy, enabled } = this.request;
    const { decision, writes } = this;
    const memory = remembered({
      policy,
      truth: this.truth(),
      memory: this.memory,
      nowMs: this.request.nowMs,
      decision,
      writes,
      written: this.sent,
      enabled,
    });
    const { readAt, schedules, rows, campaigns } = this.reads;
    return {
      decision,
      writes,
      written: this.sent,
      memory: withoutCursors(memory, missing),
      known: { readAt, schedules, rows, campaigns },
      inputs: roundInputs(this.truth()),
      enabled,
      unsent: this.unsentWrites,
      unfinished: missing.length === 0 ? null : problem === null ? 'gate' : 'failure',
      problem,
    };
  }

  private decideAnew(): void {
    this.decision = this.decide();
    this.writes = this.writesOf(this.decision);
  }

  private decide(): RoundDecision {
    return decideRound({ policy: this.policy, truth: this.truth(), memory: this.memory, nowMs: this.request.nowMs });
  }

  private writesOf(decision: RoundDecision): RoundWrites {
    const { policy, enabled, approved } = this.request;
    return roundWrites({
      policy,
      decision,
      truth: this.truth(),
      memory: this.memory,
      enabled,
      approved,
      nowMs: this.request.nowMs,
    });
  }

  private truth(): SyncTruth {
    const { readAt, sites, trunks, schedules, campaigns } = this.reads;
    return {
      readAt,
      sites,
      routes: this.reads.routes.map(({ fact }) => fact),
      trunks,
      schedules,
      availability: this.availability,
      rows: Object.fromEntries(Object.entries(this.reads.rows).map(([key, { row }]) => [key, row])),
      campaigns,
    };
  }

  private replaceRoute(read: RouteRead): void {
    const routes = this.reads.routes.map((other) => (other.fact.id === read.fact.id ? read : other));
    this.reads = { ...this.reads, routes };
  }
}

function keyOf({ siteId, scheduleId }: AvailabilityFact): string {
  return `${siteId} ${scheduleId}`;
}
