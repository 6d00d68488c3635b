import { ApplicationFailure, condition, log, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { Pause } from '../src/domain/exportSteps.js';
import type { FailureName } from '../src/domain/failure.js';
import { policyHash } from '../src/domain/sync/policyHash.js';
import { businessUnitsOf, trunkBasesOf } from '../src/domain/sync/policyParts.js';
import type { BegunSync, SyncCarried } from '../src/domain/sync/syncCarried.js';
import { isEnabled, isStale } from '../src/domain/sync/syncCarried.js';
import type { SyncCause } from '../src/domain/sync/syncHints.js';
import { ApproveRequest, EnableRequest, PauseRequest, SetPolicyRequest } from '../src/domain/sync/syncInputs.js';
import type { SyncPlan } from '../src/domain/sync/syncPlan.js';
import type { SyncPolicy } from '../src/domain/sync/syncPolicy.js';
import { ScheduleChanged, SyncNow, type SyncState, TrunkChanged } from '../src/domain/sync/syncState.js';
import { parseOrFail } from './failedWith.js';
import {
  approveUpdate,
  enableUpdate,
  lastRoundQuery,
  pauseSyncUpdate,
  planSyncUpdate,
  resumeSyncUpdate,
  scheduleChangedSignal,
  setPolicyUpdate,
  stateQuery,
  syncNowSignal,
  trunkChangedSignal,
} from './syncMessages.js';

/** What the messages act on. */
export interface SyncMessagesOwner {
  readonly carried: SyncCarried;
  state(): SyncState;
  hint(cause: SyncCause): void;
  /** What the next round waits for is to be looked at anew. */
  wake(): void;
  /** Shows what changed. */
  changed(): void;
  plan(): Promise<SyncPlan>;
  /** Seals that the policy may write. */
  sealEnabled(begun: BegunSync): Promise<void>;
}

/** Signals of a worker's activities that are meant for exports: they say nothing to a sync. */
const NOT_FOR_A_SYNC = ['gateClosed', 'causeChanged'];

/** Takes signals, answers queries and updates. What cannot be read is refused, or counted where nobody waits for an answer. */
export function handleSyncMessages(owner: SyncMessagesOwner): void {
  handleSignals(owner);
  setHandler(stateQuery, () => owner.state());
  setHandler(lastRoundQuery, () => owner.carried.last);
  handlePauses(owner);
  handlePolicy(owner);
  setHandler(planSyncUpdate, async () => {
    await begun(owner);
    return await owner.plan();
  });
}

function handleSignals(owner: SyncMessagesOwner): void {
  const unreadable = (name: string): void => {
    owner.carried.unreadableSignals++;
    log.warn(`a message '${name}' cannot be read; it is counted and asks for no round`);
    owner.changed();
  };
  const policy = (): SyncPolicy | null => owner.carried.begun?.policy ?? null;
  setHandler(scheduleChangedSignal, (raw) => {
    const told = ScheduleChanged.safeParse(raw);
    if (!told.success) unreadable('scheduleChanged');
    else if (isStale(owner.carried, told.data.takeOver)) owner.changed();
    else if (concerns(policy(), businessUnitsOf, told.data.businessUnitId)) owner.hint('scheduleChanged');
  });
  setHandler(trunkChangedSignal, (raw) => {
    const told = TrunkChanged.safeParse(raw);
    if (!told.success) unreadable('trunkChanged');
    else if (isStale(owner.carried, told.data.takeOver)) owner.changed();
    else if (concerns(policy(), trunkBasesOf, told.data.trunkBaseId)) owner.hint('trunkChanged');
  });
  setHandler(syncNowSignal, (raw) => {
    if (SyncNow.optional().safeParse(raw ?? undefined).success) owner.hint('syncNow');
    else unreadable('syncNow');
  });
  setDefaultSignalHandler((name) => {
    if (!NOT_FOR_A_SYNC.includes(name)) unreadable(name);
  });
}

/** Whether a signal is about something that the policy names, as far as it says what it is about. */
function concerns(
  policy: SyncPolicy | null,
  named: (policy: SyncPolicy) => readonly string[],
  id: string | undefined,
): boolean {
  return policy === null || id === undefined || named(policy).includes(id);
}

function handlePauses(owner: SyncMessagesOwner): void {
  const { carried } = owner;
  setHandler(
    pauseSyncUpdate,
    (raw?: unknown): Pause => {
      const reason = PauseRequest.parse(raw ?? undefined)?.reason ?? 'paused by an operator';
      carried.paused = { reason, since: new Date().toISOString() };
      owner.wake();
      owner.changed();
      return carried.paused;
    },
    { validator: (raw?: unknown) => void parseOrFail(PauseRequest, raw ?? undefined) },
  );
  setHandler(resumeSyncUpdate, () => {
    if (carried.paused !== null) owner.hint('resume');
    carried.paused = null;
    owner.changed();
    return null;
  });
}

function handlePolicy(owner: SyncMessagesOwner): void {
  const { carried } = owner;
  setHandler(
    enableUpdate,
    async (raw?: unknown) => {
      const sync = await begun(owner);
      const asked = EnableRequest.parse(raw ?? undefined)?.policyHash ?? sync.policyHash;
      refuseOtherPolicy(sync, asked);
      await owner.sealEnabled(sync);
      carried.enabledHash = sync.policyHash;
      owner.hint('enable');
      return { policyHash: sync.policyHash };
    },
    {
      validator: (raw?: unknown) => {
        const asked = parseOrFail(EnableRequest, raw ?? undefined)?.policyHash;
        if (carried.begun && asked !== undefined) refuseOtherPolicy(carried.begun, asked);
      },
    },
  );
  setHandler(
    approveUpdate,
    ({ round }) => {
      const decisionHash = approvable(carried, round);
      carried.approved = decisionHash;
      owner.hint('approve');
      return { round, decisionHash };
    },
    { validator: (raw) => void approvable(carried, parseOrFail(ApproveRequest, raw).round) },
  );
  setHandler(
    setPolicyUpdate,
    async (raw) => {
      const { organisationId, policyHash: before } = await begun(owner);
      const { policy } = SetPolicyRequest.parse(raw);
      const hash = policyHash(policy);
      if (hash !== before) {
        carried.begun = { organisationId, policy, policyHash: hash };
        carried.approved = null;
        carried.sites = null;
        carried.known = null;
        // Agents were counted by the other policy: until they are counted anew, routes keep what they have.
        carried.memory = { ...carried.memory, schedules: {}, availability: [] };
        owner.hint('setPolicy');
      }
      return { policyHash: hash, enabled: isEnabled(carried) };
    },
    { validator: (raw) => void parseOrFail(SetPolicyRequest, raw) },
  );
}

/** Messages may come before the sync's first step got through. */
async function begun({ carried }: SyncMessagesOwner): Promise<BegunSync> {
  await condition(() => carried.begun !== null);
  if (carried.begun === null) throw new Error('the sync has not begun');
  return carried.begun;
}

function refuseOtherPolicy({ policyHash: ours }: BegunSync, asked: string): void {
  if (asked !== ours)
    throw refused(
      `policyHash: ${asked} is not the policy that this sync goes by (${ours}); nothing was enabled; look at its rounds first`,
    );
}

/** The hash of what that round decided. @throws ApplicationFailure where the sync decides otherwise by now. */
function approvable({ decided, last }: SyncCarried, round: number): string {
  const hash = decided.find((one) => one.round === round)?.hash;
  if (hash === undefined || last === null)
    throw refused(
      `round: ${round} is none of the last ${decided.length} rounds; nothing was approved; "rosterline sync status" names the round that waits`,
    );
  if (hash !== last.decisionHash)
    throw refused(
      `round: ${round} decided otherwise than round ${last.round}, the last one; nothing was approved; look at round ${last.round} and approve that`,
    );
  return hash;
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'InvalidInput' satisfies FailureName);
}
