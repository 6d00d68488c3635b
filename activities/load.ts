import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { log } from '@temporalio/activity';
import { readDocument } from '../src/custody/holdingStore.js';
import { assertLandingsStay } from '../src/custody/purgesUnderWay.js';
import { writeSeals } from '../src/custody/writeSeals.js';
import { DATASETS } from '../src/datasets/datasets.js';
import { sliceLanding } from '../src/datasets/sliceLanding.js';
import { localDays } from '../src/domain/calendar.js';
import type { ExportWindowInput, FetchedWindow, LoadSummary, WindowResult } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import { type Failure, isFailure } from '../src/domain/failure.js';
import type { Gap } from '../src/domain/gap.js';
import { provisionalFrom } from '../src/domain/provisional.js';
import { sealedDocument } from '../src/domain/sealedDocument.js';
import { sealGaps } from '../src/domain/sealGaps.js';
import { storageFailure } from '../src/objects/storageFailure.js';
import type { SlicedLanding } from '../src/warehouse/warehouse.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { quarantined } from './quarantine.js';
import { sealedQuestion } from './sealedQuestion.js';
import { type Beat, step } from './step.js';

/** Activities between the landings and the warehouse's rows: one writer. */
export function loadActivities(deps: ActivityDeps) {
  return {
    /** Replaces the window's days by what its landings hold, in one transaction. Twice is the same as once. */
    async loadWindow({ input, fetched }: { input: ExportWindowInput; fetched: FetchedWindow }): Promise<LoadSummary> {
      return await step<LoadSummary, { v: 1; decodedBytes: number }>(deps, input, async (beat) => {
        const { window } = input;
        const dataset = DATASETS[window.dataset];
        const scratch = await scratchIn(deps.scratchDirectory);
        try {
          const landings = await slice(input, fetched, scratch, beat);
          const days = localDays(window.timeZone, window.from, window.to);
          const loaded = await ownedWarehouse(deps).loadWindow(
            {
              window,
              days,
              load: dataset.load,
              landings,
              requestedAt: fetched.requestedAt,
              loadedAt: deps.now().toISOString(),
              provisionalFrom: provisionalFrom(fetched.requestedAt, window.timeZone, deps.settings.provisionalDays),
              force: input.force,
              dayReasons: Object.fromEntries(fetched.presentUsersOnly.map((day) => [day, 'PresentUsersOnly'])),
              seal: {
                organisationId: deps.organisation.id,
                timeZoneDatabase: process.versions['tz'] ?? 'unknown',
                ...(await sealedQuestion(deps, input, fetched)),
                landings: [...fetched.bodies, ...(fetched.published?.lists ?? [])].map(({ landing, receivedAt }) => ({
                  ...landing,
                  receivedAt,
                })),
                refusedUserIds: fetched.refusedUserIds,
                numbersTaken: await sealNumbers(windowId(window)),
              },
            },
            beat.signal,
          );
          const { rows, changes } = loaded.seal;
          return {
            seal: loaded.sealPath,
            rows,
            ...(changes === undefined ? {} : { changes }),
            gaps: sealGaps(loaded.seal),
          };
        } catch (error) {
          throw isFailure(error, 'Corrupt') ? await quarantineLoad(error, input, fetched) : error;
        } finally {
          // What cannot be tidied up must not hide why a load failed, nor fail one that is done.
          await rm(scratch, { recursive: true, force: true }).catch((error: unknown) => {
            log.warn('the lines of a load could not be removed; they may go once no worker runs', {
              directory: scratch,
              error: String(error),
            });
          });
        }
      });
    },

    /** Writes the window's seal to the object store, and records how the window ended for the export's manifest. */
    async sealWindow({
      input,
      seal,
      gaps,
    }: {
      input: ExportWindowInput;
      seal: string;
      gaps: readonly Gap[];
    }): Promise<null> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        await writeSeals(deps.objects, {
          openSeals: () => warehouse.openSeals(seal),
          sealWritten: (written) => warehouse.sealWritten(written),
        });
        const sealed = sealedDocument(await readDocument(deps.objects, seal));
        await assertLandingsStay(deps.objects, sealed?.landings ?? [], deps.now().getTime());
        await warehouse.recordOutcome({
          exportId: input.exportId,
          runId: input.runId,
          windowId: windowId(input.window),
          seal,
          gaps,
        });
        await deps.objects.forgetSpools(windowId(input.window));
        return null;
      });
    },

    /** Records a window that brought nothing: its days are `failed`, unless they have rows from before. */
    async recordGap({ input, gap }: { input: ExportWindowInput; gap: Gap }): Promise<null> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        const days = localDays(input.window.timeZone, gap.from, gap.to).map(({ localDate }) => localDate);
        await warehouse.markFailed(input.window, days, gap.reason);
        await warehouse.recordOutcome({
          exportId: input.exportId,
          runId: input.runId,
          windowId: windowId(input.window),
          seal: null,
          gaps: [gap],
        });
        return null;
      });
    },

    /** Records, for this export's manifest, a window that another export brought. */
    async adoptWindow({ input, result }: { input: ExportWindowInput; result: WindowResult }): Promise<null> {
      return await step(deps, input, async () => {
        const { windowId: id, seal, gaps } = result;
        await ownedWarehouse(deps).recordOutcome({
          exportId: input.exportId,
          runId: input.runId,
          windowId: id,
          seal,
          gaps,
        });
        return null;
      });
    },
  };

  /** One landing where the failure names it, else all that were read together. */
  async function quarantineLoad(failure: Failure, input: ExportWindowInput, fetched: FetchedWindow): Promise<Failure> {
    const landings = fetched.bodies.map(({ landing }) => landing);
    const named = landings.filter(({ sha256 }) => failure.message.includes(sha256));
    return await quarantined(deps, failure, named.length > 0 ? named : landings, {
      windowId: windowId(input.window),
      exportId: input.exportId,
      correlationIds: fetched.requests.flatMap(({ correlationIds }) => correlationIds),
      jobIds: fetched.requests.flatMap(({ jobId }) => jobId ?? []),
    });
  }

  async function slice(
    { window }: ExportWindowInput,
    { bodies }: FetchedWindow,
    scratch: string,
    beat: Beat<{ v: 1; decodedBytes: number }>,
  ): Promise<SlicedLanding[]> {
    const dataset = DATASETS[window.dataset];
    const sliced: SlicedLanding[] = [];
    for (const [index, { landing }] of bodies.entries()) {
      // Two files of a job may have the same bytes: one landing, which is loaded once.
      if (sliced.some(({ sha256 }) => sha256 === landing.sha256)) continue;
      sliced.push(
        await sliceLanding({
          body: await deps.objects.readLanding(landing.sha256),
          encoding: landing.encoding,
          sha256: landing.sha256,
          sliceArray: dataset.load.sliceArray,
          readEnvelope: (envelope) => dataset.readEnvelope(envelope, window),
          ndjsonPath: path.join(scratch, `${index}.ndjson`),
          signal: beat.signal,
          onBytes: (decodedBytes) => beat.say({ v: 1, decodedBytes }),
        }),
      );
    }
    return sliced;
  }

  async function sealNumbers(id: string): Promise<number[]> {
    const paths = await deps.objects.list(`seals/${id}`);
    return paths.map((file) => Number(/\/(\d+)\.json$/.exec(file)?.[1] ?? 0));
  }
}

async function scratchIn(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await mkdtemp(path.join(directory, 'load-'));
  } catch (error) {
    throw storageFailure(error, `making room for a load in ${directory}`, 'what has landed is kept');
  }
}
