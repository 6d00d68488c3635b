import { condition, continueAsNew, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { PurgeCounts } from '../src/domain/purge.js';
import { PurgeInput, type PurgeProgress, type PurgePlanned } from '../src/domain/purgeInput.js';
import { parseOrFail } from './failedWith.js';
import { untilEnded } from './patience.js';
import { custodyActivitiesOf } from './policies.js';
import { abandonPurgeSignal, confirmPurgeSignal, purgeProgressQuery } from './purgeMessages.js';

/** How long a plan waits for its answer: by then it is no longer what would be done. */
const ANSWER_WITHIN = '1 hour';
/** Events after which the next run goes on. */
const EVENTS_A_RUN = 1000;

/**
 * Removes landings and seals whose days all lie before a cut, unless they are held or retained, or a seal that stays names them.
 *
 * Plans first and shows it (`purgeProgress`), and goes on when told (`confirmPurge`). What it will remove is written and bound to the
 * chain before anything is removed, and what it came to afterwards. A purge that was killed goes on where it was; a hold that is placed
 * meanwhile wins. Rows and coverage stay in the warehouse.
 *
 * @throws ApplicationFailure `InvalidInput` when the input does not parse, or the cut or unit is none.
 */
export async function purge(raw: PurgeInput): Promise<PurgeProgress> {
  const input = parseOrFail(PurgeInput, raw);
  const { purgeId, request, continued } = input;
  const activities = custodyActivitiesOf(workflowInfo().taskQueue);
  let answer: 'go' | 'stop' | null = input.confirmed ? 'go' : null;
  const none = { before: null, counts: null, removed: 0, bytes: 0, stayed: {} };
  let progress: PurgeProgress = { purgeId, state: 'planning', ...none };
  setHandler(purgeProgressQuery, () => progress);
  setHandler(confirmPurgeSignal, () => void (answer ??= 'go'));
  setHandler(abandonPurgeSignal, () => void (answer ??= 'stop'));

  const plan: PurgePlanned = continued
    ? { ...continued.plan, counts: parseOrFail(PurgeCounts, continued.plan.counts) }
    : await untilEnded(() => activities.planPurge({ purgeId, request }));
  const { counts, before } = plan;
  progress = { ...progress, before, counts, state: 'planned' };
  if (counts.objects === 0) return (progress = { ...progress, state: 'nothing' });
  setCurrentDetails(
    `**Before ${before}**: ${counts.objects} objects, ${counts.bytes} bytes, of ${counts.windows} windows.`,
  );
  if (answer === null) await condition(() => answer !== null, ANSWER_WITHIN);
  if (answer !== 'go') return (progress = { ...progress, state: 'abandoned' });

  const { removed = 0, bytes = 0, stayed = {} } = continued ?? {};
  progress = { ...progress, state: 'removing', removed, bytes, stayed };
  if (!continued) await untilEnded(() => activities.registerPurge({ purgeId, request, plan }));
  for (let page = continued?.page ?? 0; page < counts.pages; page++) {
    if (isLong()) {
      const { removed, bytes, stayed } = progress;
      const next = { plan: { ...plan }, page, removed, bytes, stayed: { ...stayed } };
      await continueAsNew<typeof purge>({ ...input, confirmed: true, continued: next });
    }
    add(await untilEnded(() => activities.purgePage({ purgeId, page, headSeq: plan.headSeq })));
  }
  await untilEnded(() =>
    activities.completePurge({ purgeId, removed: progress.removed, bytes: progress.bytes, stayed: progress.stayed }),
  );
  return (progress = { ...progress, state: 'completed' });

  function add(page: { removed: number; bytes: number; stayed: Readonly<Record<string, number>> }): void {
    const stayed = { ...progress.stayed };
    for (const [why, seals] of Object.entries(page.stayed)) stayed[why] = (stayed[why] ?? 0) + seals;
    progress = {
      ...progress,
      removed: progress.removed + page.removed,
      bytes: progress.bytes + page.bytes,
      stayed,
    };
  }
}

function isLong(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > EVENTS_A_RUN || continueAsNewSuggested;
}
