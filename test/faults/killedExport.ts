import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import type { ExportRig } from '../support/exportRig.js';
import { type Asked, type Check, custodyCheck, dataChecks, historyChecks } from './checks.js';
import { mostBytesOver, secondDownloads, secondJobs, type Struck, told } from './excuses.js';
import { shiftedBy } from './roundPlan.js';

/** Two units whose downloads are slow enough to be met under way. */
const ORGANISATION = {
  seed: 21,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
  ],
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.2, max: 1 },
  downloadBytesPerSecond: 4_000_000,
  // Larger files, so that kills meet downloads under way.
  gzipDownloads: false,
} satisfies SimulatorOptions;
const MIB = 1024 * 1024;

/** An export that kills strike. */
export interface KilledExport {
  readonly organisation: SimulatorOptions;
  readonly asked: Asked;
  /** The input of `historyExport`. */
  readonly request: object;
}

/** The export of a range of local dates, `to` exclusive: adherence and occupancy of two units. */
export function killedExport({ from, to }: { readonly from: string; readonly to: string }): KilledExport {
  const managementUnits = ORGANISATION.units.map(({ name }) => name);
  return {
    // People come, go and move within the range only: whose the hours of a night between two units are, is told by the day after it.
    organisation: {
      ...ORGANISATION,
      historyStarts: from,
      changes: { from: shiftedBy(from, 3), to: shiftedBy(to, -3) },
    },
    asked: { datasets: ['adherence', 'occupancy'], exceptions: true, actuals: false, from, to, managementUnits },
    request: { datasets: ['adherence', 'occupancy'], from, to },
  };
}

/** What the outcome of a killed export depends on beside what struck it. */
export interface AfterKills {
  /** Of whatever kind: after each, an object may be sent anew from where it was. */
  readonly kills: number;
  /** What no history may hold, beside the simulator's own. */
  readonly secrets?: readonly string[];
  /** Whether the chain is to be signed. */
  readonly signed?: boolean;
}

/** Holds the outcome to the truth: complete, every object and job once but for excuses, every row, the chain, the histories. */
export async function checksAfterKills(
  rig: ExportRig,
  { organisation, asked }: KilledExport,
  result: HistoryExportResult,
  struck: Struck,
  { kills, secrets = [], signed = false }: AfterKills,
): Promise<Check[]> {
  const { jobs, downloads, insideGate, tokenLeaks } = rig.simulator.counts();
  const again = secondJobs(jobs.requests, struck);
  const twice = secondDownloads(downloads.objects, struck);
  const over = mostBytesOver(downloads.objects);
  const unfinished = downloads.objects.filter(({ complete }) => complete === 0).length;
  return [
    {
      name: 'export',
      ok: result.status === 'complete' && result.gaps.length === 0,
      found: `${result.status}, ${result.windows} windows, ${result.gaps.length} gaps${result.gaps.length === 0 ? '' : `: ${JSON.stringify(result.gaps.slice(0, 3))}`}`,
    },
    {
      name: 'objects downloaded once',
      ok: unfinished === 0 && twice.every(({ excuse }) => excuse !== null),
      found: `${downloads.objects.length - unfinished} of ${downloads.objects.length}; ${told(twice)}`,
    },
    {
      name: 'bytes over an object’s size',
      ok: over <= kills * MIB,
      found: `${over.toLocaleString('en')} at most`,
    },
    {
      name: 'second jobs',
      ok: again.every(({ excuse }) => excuse !== null),
      found: told(again),
    },
    { name: 'calls into a closed gate', ok: insideGate === 0, found: String(insideGate) },
    { name: 'tokens sent to the download host', ok: tokenLeaks === 0, found: String(tokenLeaks) },
    ...(await dataChecks(rig, organisation, asked, [])),
    await custodyCheck(rig, result, signed),
    ...(await historyChecks(rig, secrets)),
  ];
}
