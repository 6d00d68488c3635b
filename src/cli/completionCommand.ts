import { Argument, type Command } from 'commander';
import { bashScript } from './completion/bashScript.js';
import { commandTree } from './completion/commandTree.js';
import { fishScript } from './completion/fishScript.js';
import { zshScript } from './completion/zshScript.js';
import { EXIT } from './output.js';
import { runCommand } from './runCommand.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SCRIPTS;

/** `rosterline completion`: what a shell offers after TAB, from the commands as they are. Add it last: it knows those before it. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print the completion of commands and options for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .option('--json', 'the script in a JSON object')
    .addHelpText(
      'after',
      `
bash:  source <(rosterline completion bash)        in ~/.bashrc
zsh:   source <(rosterline completion zsh)         in ~/.zshrc, after compinit
fish:  rosterline completion fish | source         in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell, options: { json?: boolean }) => {
      await runCommand(options.json ?? false, (output) => {
        const script = SCRIPTS[shell](commandTree(program));
        if (!output.json) process.stdout.write(script);
        output.result({ shell, script });
        return Promise.resolve(EXIT.done);
      });
    });
}
