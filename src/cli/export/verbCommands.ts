import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../../config/loadConfig.js';
import { runCommand } from '../runCommand.js';

const RECENT = 10;

/** `rosterline export list|pause|resume|cancel`: what an operator does with exports that run. */
export function addExportVerbs(group: Command): void {
  group
    .command('list')
    .description('show the exports that run, how far each is, and the last that ended')
    .option('--recent <n>', `how many of those that ended (default ${RECENT})`, count, RECENT)
    .option('--json', 'the same as JSON')
    .action(async (options: { recent: number; json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { taskQueue } = loadConfig(process.env, process.cwd());
        const { listExports } = await import('./listExports.js');
        return await listExports(taskQueue, options, output);
      });
    });
  group
    .command('pause')
    .description('let no further call leave for an export until it is resumed; nothing of it is lost')
    .argument('<workflow-id>', 'as export list shows it')
    .option('--reason <text>', 'shown to whoever looks at it meanwhile')
    .option('--json', 'how far it is as JSON')
    .action(async (workflowId: string, options: { reason?: string; json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { pauseExport } = await import('./pauseExport.js');
        return await pauseExport(workflowId, options.reason, output);
      });
    });
  group
    .command('resume')
    .description('let a paused export go on; one that paused by itself tries again at once')
    .argument('<workflow-id>', 'as export list shows it')
    .option('--json', 'how far it is as JSON')
    .action(async (workflowId: string, options: { json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { resumeExport } = await import('./pauseExport.js');
        return await resumeExport(workflowId, output);
      });
    });
  group
    .command('cancel')
    .description(
      'end an export; whole windows stay loaded, nothing is half loaded, and the same request can go on later',
    )
    .argument('<workflow-id>', 'as export list shows it')
    .option('--yes', 'cancel without asking')
    .option('--json', 'what was kept as JSON')
    .action(async (workflowId: string, options: { yes?: boolean; json?: boolean }) => {
      await runCommand(options.json ?? false, async (output) => {
        const { cancelExport } = await import('./cancelExport.js');
        return await cancelExport(workflowId, { yes: options.yes ?? false }, output);
      });
    });
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 1000) return value;
  throw new InvalidArgumentError('not a whole number from 0 to 1000');
}
