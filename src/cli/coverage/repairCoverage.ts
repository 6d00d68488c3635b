import type { Client } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import type { CoverageChoice } from '../../domain/coverage/coverageChoice.js';
import { type CoverageFinding, describeFinding } from '../../domain/coverage/coverageFinding.js';
import { type RepairExport, type RepairPlan, repairPlan } from '../../domain/coverage/repairPlan.js';
import { describeRange, HistoryExportInput } from '../../domain/historyExportInput.js';
import type { HistoryExportResult } from '../../domain/historyExportResult.js';
import type { Lane } from '../../domain/lane.js';
import { withClient } from '../../temporal/connectClient.js';
import { exportId } from '../exportId.js';
import { withReason } from '../exportReason.js';
import { describeResult } from '../exportResultText.js';
import { followExport } from '../followExport.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { createStatusLine } from '../statusLine.js';
import { untilPlanned } from '../untilPlanned.js';
import { coverageReport, type ReportedCoverage } from './coverageReport.js';
import { nightLines } from './coverageText.js';

/** Exports that are started at once: each has windows of its own in flight. */
const AT_ONCE = 20;

/** What may be said of a repair. */
export interface RepairOptions {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly lane: Lane;
}

/** An export that a repair started. */
interface StartedRepair extends RepairExport {
  readonly workflowId: string;
}

/** Loads exactly the days at fault, by exports, and says what no export mends. */
export async function repairCoverage(
  config: Config,
  choice: CoverageChoice,
  options: RepairOptions,
  output: Output,
): Promise<ExitCode> {
  const { report, facts } = await reported(config, choice);
  const plan = repairPlan(report.findings, facts, new Date().toISOString());
  const names = new Map(report.units.map(({ managementUnitId, unit }) => [managementUnitId, unit]));
  for (const line of planLines(plan, names)) output.say(line);
  // A night that was missed is found by its days; the schedule itself is not ours to mend here.
  for (const line of nightLines(report)) output.say(line);
  if (options.dryRun || plan.exports.length === 0) {
    if (report.findings.length === 0) output.say('nothing to repair: no day is at fault');
    output.result({ exports: plan.exports, beyond: plan.beyond, started: false });
    return options.dryRun || plan.beyond.length === 0 ? EXIT.done : EXIT.completeWithGaps;
  }
  return await withClient(async (client) => await start(client, config, choice, plan, options, output));
}

async function reported(config: Config, choice: CoverageChoice): Promise<ReportedCoverage> {
  const status = createStatusLine();
  try {
    return await coverageReport(config, choice, (waiting) => status.show(waiting));
  } finally {
    status.end();
  }
}

async function start(
  client: Client,
  config: Config,
  choice: CoverageChoice,
  plan: RepairPlan,
  { wait, lane }: RepairOptions,
  output: Output,
): Promise<ExitCode> {
  const started: StartedRepair[] = [];
  const results: (HistoryExportResult & { workflowId: string })[] = [];
  for (let at = 0; at < plan.exports.length && (wait || at === 0); at += AT_ONCE) {
    const batch: StartedRepair[] = [];
    for (const one of plan.exports.slice(at, at + AT_ONCE))
      batch.push(await startOne(client, config.taskQueue, one, lane, output));
    started.push(...batch);
    for (const { workflowId } of batch) {
      if (wait) results.push({ workflowId, ...(await followToEnd(client, workflowId, output)) });
      else await withReason(untilPlanned(client.workflow.getHandle(workflowId)));
    }
  }
  if (!wait) {
    const later = plan.exports.length - started.length;
    output.say('see how far they are: rosterline export list');
    if (later > 0) output.say(`${later} more exports are to be started when these have ended: repair again`);
    output.result({ exports: started, beyond: plan.beyond, started: true, later });
    return plan.beyond.length === 0 && later === 0 ? EXIT.done : EXIT.completeWithGaps;
  }
  const { report } = await reported(config, choice);
  output.say(report.findings.length === 0 ? 'repaired: no day is at fault any more' : 'still at fault:');
  for (const finding of report.findings) output.say(`  ${describeFinding(finding)}${adviceOn(finding)}`);
  output.result({ exports: started, beyond: plan.beyond, started: true, results, left: report.findings });
  return report.findings.length === 0 ? EXIT.done : EXIT.completeWithGaps;
}

async function startOne(
  client: Client,
  taskQueue: string,
  one: RepairExport,
  lane: Lane,
  output: Output,
): Promise<StartedRepair> {
  const input = inputOf(one, lane);
  const workflowId = exportId(input);
  await client.workflow.start('historyExport', {
    taskQueue,
    workflowId,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Repair: ${input.datasets.join(' and ')}, ${describeRange(input)}`,
  });
  output.say(`export ${workflowId} runs`);
  return { ...one, workflowId };
}

async function followToEnd(client: Client, workflowId: string, output: Output): Promise<HistoryExportResult> {
  const result = await withReason(followExport(client, workflowId));
  for (const line of describeResult(result)) output.say(line);
  return result;
}

function inputOf(
  { datasets, managementUnits, from, to, reload, actuals }: RepairExport,
  lane: Lane,
): HistoryExportInput {
  return HistoryExportInput.parse({
    datasets: [...datasets],
    managementUnits: [...managementUnits],
    from,
    to,
    reload,
    actuals,
    lane,
  });
}

function planLines({ exports, beyond }: RepairPlan, names: ReadonlyMap<string, string>): string[] {
  return [
    ...exports.map(({ datasets, managementUnits, from, to, reload, days }) => {
      const units = managementUnits.map((id) => names.get(id) ?? id).join(', ');
      const how = reload === 'all' ? 'read again' : 'load';
      return `${how}: ${datasets.join(' and ')} of ${units}, ${from} to ${to} (exclusive): ${days} ${days === 1 ? 'day' : 'days'} at fault`;
    }),
    ...beyond.map(({ finding, why }) => `cannot be repaired: ${describeFinding(finding)}; ${why}`),
  ];
}

/** What to do about a day that reading it again did not mend. */
function adviceOn({ cause, from }: CoverageFinding): string {
  if (cause !== 'fewerAgents' && cause !== 'fewerRows') return '';
  return `; Genesys says the same again: if it is right, name ${from} under coverage.quietDays`;
}
