import path from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '../config/loadConfig.js';
import type { DemoReport } from './demo/runDemo.js';
import { Closing } from './closing.js';
import { EXIT, type ExitCode, type Output } from './output.js';
import { runCommand } from './runCommand.js';
import { createStatusLine } from './statusLine.js';
import { untilSignal } from './untilSignal.js';

interface DemoOptions {
  sync?: boolean;
  keep?: boolean;
  json?: boolean;
}

/** `rosterline demo`: the main job against a simulated organisation, throttled and killed on the way. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('show the main job: a year of two units, through a 429 and a killed worker, into DuckDB (about 90 s)')
    .option(
      '--sync',
      'the trunk sync instead: 15 trunks in a failover storm, beside the loop that was complained of (about 80 s)',
    )
    .option('--keep', 'leave the Temporal server and its UI running until Ctrl-C')
    .option('--json', 'the outcome as one JSON object on the last line')
    .action(async (options: DemoOptions) => {
      await runCommand(options.json ?? false, async (output) => {
        const { dataDirectory } = loadConfig({ ROSTERLINE_DATA: process.env['ROSTERLINE_DATA'] }, process.cwd());
        const stopped = untilSignal();
        if (options.sync) return await demonstrateSync(path.join(dataDirectory, 'demo-sync'), stopped, output);
        const [{ runDemo }, { describeReport }] = await Promise.all([
          import('./demo/runDemo.js'),
          import('./verifyStores.js'),
        ]);
        const status = createStatusLine();
        const closing = new Closing();
        const interrupted = stopped.then((): undefined => undefined);
        return await closing.around(async () => {
          const demo = await Promise.race([runDemo(path.join(dataDirectory, 'demo'), status, closing), interrupted]);
          if (!demo) return EXIT.interrupted;
          sayReport(output, demo.report, demo.server.uiUrl, describeReport(demo.report.verified));
          output.result(reportJson(demo.report, demo.server.uiUrl));
          if (options.keep) {
            output.say(`\nthe Temporal UI stays at ${demo.server.uiUrl}; Ctrl-C ends it`);
            await stopped;
          }
          return demo.report.verified.ok && demo.report.result.status === 'complete' ? EXIT.done : EXIT.failed;
        });
      });
    });
}

async function demonstrateSync(directory: string, stopped: Promise<unknown>, output: Output): Promise<ExitCode> {
  const [{ runSyncDemo }, { isAsPromised, syncDemoText }] = await Promise.all([
    import('./demo/sync/runSyncDemo.js'),
    import('./demo/sync/syncDemoText.js'),
  ]);
  const closing = new Closing();
  return await closing.around(async () => {
    const interrupted = stopped.then((): undefined => undefined);
    const report = await Promise.race([runSyncDemo(directory, createStatusLine(), closing), interrupted]);
    if (!report) return EXIT.interrupted;
    for (const line of syncDemoText(report)) output.say(line);
    output.result(report);
    return isAsPromised(report) ? EXIT.done : EXIT.failed;
  });
}

function reportJson(report: DemoReport, ui: string): object {
  const { result, counts } = report;
  return {
    status: result.status,
    windows: result.windows,
    rows: result.rows,
    calls: { made: counts.made, minimum: result.calls.minimum, refused: counts.refused, insideGate: counts.insideGate },
    fetchedTwice: counts.downloads.fetchedTwice,
    kills: report.kills,
    verify: { ok: report.verified.ok },
    warehouse: report.warehouse,
    objects: report.objects,
    ui,
    seconds: report.seconds,
  };
}

function sayReport(output: Output, report: DemoReport, ui: string, verified: readonly string[]): void {
  const { result, counts } = report;
  const lines = [
    '',
    `${result.status}: ${result.windows} windows in ${report.seconds} s, through 1 killed worker`,
    ...Object.entries(result.rows).map(
      ([table, rows]) => `  ${rows.toLocaleString('en').padStart(9)} rows in ${table}`,
    ),
    `API, by the simulator's counters: ${counts.made} calls (the least possible: ${result.calls.minimum}), ${counts.refused} refused, ${counts.insideGate} sent into a closed gate`,
    `downloads: ${counts.downloads.complete} files, ${counts.downloads.fetchedTwice} fetched twice`,
    ...verified,
    '',
    `warehouse    ${report.warehouse}`,
    `objects      ${report.objects}`,
    `Temporal UI  ${ui}`,
  ];
  for (const line of lines) output.say(line);
}
