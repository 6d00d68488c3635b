import {
  ApplicationFailure,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { FailureName } from '../src/domain/failure.js';
import { type HoldProgress, LegalHoldInput } from '../src/domain/legalHoldInput.js';
import { describeScope, type PlacedHold, ReleaseRequest } from '../src/domain/legalHold.js';
import { parseOrFail } from './failedWith.js';
import { holdProgressQuery, releaseHoldSignal } from './holdMessages.js';
import { untilEnded } from './patience.js';
import { custodyActivitiesOf } from './policies.js';

/** Events after which the next run goes on. */
const EVENTS_A_RUN = 1000;
/** A release without its signal is nobody's. */
const SIGNAL_WITHIN = '1 minute';

/**
 * Places a legal hold, and releases it when told: every landing and seal in range, by version, recorded in the chain.
 *
 * Ends when all that is there is held; what arrives later is held by whoever writes it. A release that comes while it is being placed
 * waits for that; one that comes later begins a run of its own, under the same id. Lists of objects are documents in the store, and never
 * pass through the history. Safe to run again: what is held and recorded stays as it is.
 *
 * @throws ApplicationFailure `InvalidInput` when the input does not parse, the unit is not known, the id belongs to another hold or none,
 *   or the bucket cannot hold.
 */
export async function legalHold(raw: LegalHoldInput): Promise<HoldProgress> {
  const input = parseOrFail(LegalHoldInput, raw);
  const { holdId, continued } = input;
  const activities = custodyActivitiesOf(workflowInfo().taskQueue);
  let release = continued?.release ?? null;
  let progress: HoldProgress = { holdId, state: 'registering', objects: continued?.objects ?? 0 };
  setHandler(holdProgressQuery, () => progress);
  setHandler(releaseHoldSignal, (told) => {
    release ??= ReleaseRequest.safeParse(told).data ?? null;
  });

  if (input.place !== null) {
    const { place } = input;
    show(await untilEnded(() => activities.registerHold({ holdId, request: place })), 'holding');
    await holdAll();
    progress = { ...progress, state: 'held' };
  } else if (release === null && !(await condition(() => release !== null, SIGNAL_WITHIN))) {
    throw ApplicationFailure.nonRetryable(
      `nobody told why hold ${holdId} is released`,
      'InvalidInput' satisfies FailureName,
    );
  }
  const told = release;
  if (told !== null) await releaseAll(told);
  return progress;

  /** Everything in range that the chain binds, a stretch at a time; the store knows how far it got. */
  async function holdAll(): Promise<void> {
    for (;;) {
      const { complete, objects } = await untilEnded(() => activities.holdStretch({ holdId }));
      progress = { ...progress, objects: progress.objects + objects };
      if (complete) return;
      if (isLong()) await goOn({ ...input, continued: { objects: progress.objects, release, after: null } });
    }
  }

  async function releaseAll(request: ReleaseRequest): Promise<void> {
    let after = continued?.after ?? null;
    progress = { ...progress, objects: after === null ? 0 : progress.objects };
    show(await untilEnded(() => activities.registerRelease({ holdId, request })), 'releasing');
    // What was bound since it was last recorded is held as well, and has to be known to be released.
    while (after === null && !(await untilEnded(() => activities.holdStretch({ holdId }))).complete);
    for (;;) {
      const from = after;
      const { next, objects } = await untilEnded(() => activities.releaseStretch({ holdId, after: from }));
      progress = { ...progress, objects: progress.objects + objects };
      if (next === null) break;
      after = next;
      if (isLong()) await goOn({ ...input, place: null, continued: { objects: progress.objects, release, after } });
    }
    progress = { ...progress, state: 'released' };
  }

  function show(hold: PlacedHold, state: 'holding' | 'releasing'): void {
    progress = { ...progress, state };
    setCurrentDetails(`**${describeScope(hold)}**\n\n${state}. Why, and by whom: \`seals/holds/${holdId}\`.`);
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > EVENTS_A_RUN || continueAsNewSuggested;
}

async function goOn(input: LegalHoldInput): Promise<never> {
  return await continueAsNew<typeof legalHold>(input);
}
