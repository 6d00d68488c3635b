import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import {
  ExportWindowInput,
  type FetchedWindow,
  type LoadSummary,
  type WindowResult,
} from '../src/domain/exportSteps.js';
import { type DatasetName, windowId } from '../src/domain/exportWindow.js';
import { corruptLandings, failedWith, parseOrFail } from './failedWith.js';
import { adherenceFetcher, type FetchWindow } from './fetchAdherence.js';
import { occupancyFetcher } from './fetchOccupancy.js';
import { schedulesFetcher } from './fetchSchedules.js';
import { KeptSteps } from './keptSteps.js';
import { windowStoppedSignal } from './messages.js';
import { type Patiently, patiently } from './patience.js';

/** How each dataset's windows are brought. */
const FETCHERS: Readonly<
  Record<DatasetName, (input: ExportWindowInput, steps: Patiently, kept: KeptSteps) => FetchWindow>
> = {
  adherence: adherenceFetcher,
  occupancy: occupancyFetcher,
  schedules: schedulesFetcher,
};

/**
 * Exports one dataset of one management unit for one window of local days: request, wait, land, load, seal.
 *
 * Safe to run again: a load replaces the window's days whole. Rows, names and signed URLs never pass through the history; activities
 * hand over hashes and counts.
 *
 * @throws ApplicationFailure `InvalidInput` when the input does not parse or Genesys refuses it; `TooLarge` when Genesys refuses the
 *   window's length (the export halves it); `Corrupt` when two downloads of the result do not fit its shape or hash.
 */
export async function exportWindow(raw: ExportWindowInput): Promise<WindowResult> {
  const input = parseOrFail(ExportWindowInput, raw);
  const id = windowId(input.window);
  const steps = patiently(id, input.lane, input.endsSteps ? 'awaited' : 'leftAlone');
  const kept = new KeptSteps(input.kept);
  const fetch = FETCHERS[input.window.dataset](input, steps, kept);

  setCurrentDetails(`**${input.label}**\n\nAsked by ${input.exportId}.`);
  const { fetched, loaded } = await fetchLoadAndSeal(fetch, input, steps).catch(async (error: unknown) => {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => tellKept(input, id, kept));
    throw error;
  });
  setCurrentDetails(`**${input.label}**\n\nSealed: \`${loaded.seal}\`.`);
  const { seal, rows, changes, gaps } = loaded;
  return { windowId: id, seal, rows, ...(changes === undefined ? {} : { changes }), calls: fetched.calls, gaps };
}

/**
 * A result that is corrupt is fetched once more: bytes altered on the way are then mended, and a second time it is the window's. So is
 * one whose landing a purge took away, because the same bytes had been landed years ago.
 */
async function fetchLoadAndSeal(
  fetch: FetchWindow,
  input: ExportWindowInput,
  steps: Patiently,
): Promise<{ fetched: FetchedWindow; loaded: LoadSummary }> {
  let corrupt: readonly string[] | null = null;
  for (;;) {
    try {
      const fetched: FetchedWindow = await fetch(corrupt);
      const loaded = await steps((activities) =>
        activities.warehouse.loadWindow.executeWithOptions({ summary: `Load ${input.label}` }, [{ input, fetched }]),
      );
      await evenCancelled(input, () =>
        steps(
          (activities) =>
            activities.warehouse.sealWindow.executeWithOptions({ summary: `Seal ${input.label}` }, [
              { input, seal: loaded.seal, gaps: loaded.gaps },
            ]),
          { evenHeld: input.endsSteps === true },
        ),
      );
      return { fetched, loaded };
    } catch (error) {
      if (!failedWith(error, 'Corrupt') || corrupt !== null) throw error;
      corrupt = corruptLandings(error);
    }
  }
}

/** What has been loaded is sealed, whoever stops the window meanwhile. */
async function evenCancelled(input: ExportWindowInput, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!isCancellation(error) || !input.endsSteps) throw error;
    await CancellationScope.nonCancellable(step);
  }
}

/** Tells the export what a window that is stopped had brought; an export that has ended needs none of it. */
async function tellKept(input: ExportWindowInput, windowId: string, steps: KeptSteps): Promise<void> {
  const { parent } = workflowInfo();
  const kept = steps.told();
  if (!input.endsSteps || !parent || kept === null) return;
  await getExternalWorkflowHandle(parent.workflowId)
    .signal(windowStoppedSignal, { windowId, kept })
    .catch(() => undefined);
}
