import { Command, CommanderError } from 'commander';
import { addCheckCommand } from './checkCommand.js';
import { addCompletionCommand } from './completionCommand.js';
import { addCoverageCommands } from './coverageCommands.js';
import { addDemoCommand } from './demoCommand.js';
import { addDevCommand } from './devCommand.js';
import { addDoctorCommand } from './doctorCommand.js';
import { addExportCommands } from './exportCommands.js';
import { addHoldCommands } from './holdCommands.js';
import { addKeysCommands } from './keysCommands.js';
import { leaveWhenUnheard } from './leaveWhenUnheard.js';
import { addLimitsCommands } from './limitsCommands.js';
import { addNightlyCommands } from './nightlyCommands.js';
import { addLiveCommands } from './liveCommands.js';
import { EXIT } from './output.js';
import { addPublishCommand } from './publishCommand.js';
import { addPurgeCommand } from './purgeCommand.js';
import { addSimulateCommand } from './simulateCommand.js';
import { addStatusCommand } from './statusCommand.js';
import { addSyncCommands } from './syncCommands.js';
import { addVerifyCommand } from './verifyCommand.js';
import { addWorkerCommand } from './workerCommand.js';

leaveWhenUnheard();

const program = new Command('rosterline')
  .description(
    'Durable Genesys Cloud workforce-management jobs: years of history into your warehouse, every day once; and the routing of BYOC trunks in step with schedules and failovers.',
  )
  .showHelpAfterError('(add --help for what there is)')
  .addHelpText(
    'after',
    `
First time:        npm run demo
Your organisation: set GENESYS_REGION, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET; then
                   rosterline dev                                             (one terminal)
                   rosterline export start --from 2024-01-01 --to 2025-01-01 --wait   (another)
Exit codes:        0 done · 1 failed · 2 wrong usage or input · 3 complete with gaps`,
  )
  // An option belongs to the command it follows: `limits set … --json` is not `limits --json`.
  .enablePositionalOptions()
  .exitOverride();

addCheckCommand(program);
addStatusCommand(program);
addDoctorCommand(program);
addExportCommands(program);
addNightlyCommands(program);
addCoverageCommands(program);
addSyncCommands(program);
addLiveCommands(program);
addLimitsCommands(program);
addVerifyCommand(program);
addHoldCommands(program);
addPurgeCommand(program);
addKeysCommands(program);
addPublishCommand(program);
addDevCommand(program);
addWorkerCommand(program);
addSimulateCommand(program);
addDemoCommand(program);
addCompletionCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
}
