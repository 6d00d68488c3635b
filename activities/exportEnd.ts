import { bindSeals } from '../src/custody/bindSeals.js';
import { canonicalBytes, sha256Hex } from '../src/custody/canonicalJson.js';
import { firstGaps, mergeGaps } from '../src/domain/exportSummary.js';
import type { Gap } from '../src/domain/gap.js';
import type { DatedRequest } from '../src/domain/historyExportInput.js';
import type { TableChanges } from '../src/domain/rowChanges.js';
import { ExportSeal } from '../src/domain/seal.js';
import type { ActivityDeps } from './deps.js';
import { exportFolder } from './exportFolder.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { PlanSummary, readPlanObject, summaryPath } from './planObjects.js';
import { recordArrived } from './recordArrived.js';
import { step } from './step.js';
import { forgetStopped } from './stoppedWindows.js';

/** What is known of an export when its last window has ended. */
interface EndedExport {
  organisationId: string;
  exportId: string;
  runId: string;
  request: DatedRequest;
  startedAt: string;
  rows: Readonly<Record<string, number>>;
  /** Absent where the workflow's code was of an earlier version. */
  changes?: TableChanges;
  planFolder: string;
  /** Windows that were planned: with none, nothing was done that a manifest could name. */
  windowsPlanned: number;
}

/** Activities that end an export. */
export function exportEndActivities(deps: ActivityDeps) {
  return {
    /**
     * Writes the export's manifest and binds it, with every seal not bound yet, to the organisation's chain.
     *
     * The manifest's text is kept in the warehouse before the object is written, so a crash between ends in the same manifest.
     *
     * An export that had nothing to do has no manifest, and an entry only where seals were still unbound: the head that it hands over
     * proves the days that it found.
     */
    async sealExport(
      input: EndedExport,
    ): Promise<{ manifest: string | null; head: string; status: ExportSeal['status']; gaps: Gap[] }> {
      return await step(deps, input, async () => {
        const warehouse = ownedWarehouse(deps);
        if (input.windowsPlanned === 0) {
          const found = await bindSeals(deps.objects, warehouse, { kind: 'export', at: deps.now().toISOString() });
          const head = (await recordArrived(deps)) ?? found?.sha256 ?? '';
          return { manifest: null, head, status: 'complete', gaps: [] };
        }
        const { exportId, runId } = input;
        const manifest = `seals/${exportFolder(exportId)}/${runId}.json`;
        const outcomes = await warehouse.outcomes(exportId, runId);
        const gaps = mergeGaps(outcomes.flatMap((outcome) => outcome.gaps));
        const status = gaps.length > 0 ? 'completeWithGaps' : 'complete';
        if ((await deps.objects.read(manifest)) === null) {
          const { structure } = await readPlanObject(deps.objects, summaryPath(input.planFolder), PlanSummary);
          const seal = ExportSeal.parse({
            v: 1,
            kind: 'export',
            exportId,
            runId,
            organisationId: input.organisationId,
            request: input.request,
            status,
            startedAt: input.startedAt,
            endedAt: deps.now().toISOString(),
            structure,
            windows: outcomes.map(({ windowId, seal: path }) => ({ windowId, seal: path })),
            rows: input.rows,
            ...(input.changes === undefined ? {} : { changes: input.changes }),
            gaps,
          });
          const content = Buffer.from(canonicalBytes(seal)).toString('utf8');
          await warehouse.addSeal({ path: manifest, sha256: sha256Hex(content), content });
        }
        await forgetStopped(deps.objects, exportId, deps.now().toISOString());
        const bound = await bindSeals(deps.objects, warehouse, { kind: 'export', at: deps.now().toISOString() });
        const head = (await recordArrived(deps)) ?? bound?.sha256 ?? '';
        return { manifest, head, status, gaps: firstGaps(gaps) };
      });
    },
  };
}
