import type { Command, Option } from 'commander';

/** An option, as a shell offers it. */
export interface OfferedOption {
  /** Such as `--dataset`. */
  readonly flag: string;
  readonly description: string;
  /** What follows it: nothing, one of some words, a file or directory, or anything. */
  readonly value: 'none' | 'file' | 'any' | readonly string[];
}

/** A command with what may follow it. */
export interface OfferedCommand {
  /** Such as `/export/start`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OfferedOption[];
  /** Words that may stand for its first argument. */
  readonly words: readonly string[];
}

/** Every command of a program, what is hidden left out: the program first, each before those below it. */
export function commandTree(program: Command, path = ''): OfferedCommand[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  return [
    {
      path,
      commands: commands.map((command) => ({ name: command.name(), description: command.description() })),
      options: help.visibleOptions(program).flatMap(offered),
      words: program.registeredArguments[0]?.argChoices ?? [],
    },
    ...commands.flatMap((command) => commandTree(command, `${path}/${command.name()}`)),
  ];
}

function offered({ long, description, flags, argChoices, required, optional }: Option): OfferedOption[] {
  if (!long) return [];
  const takesFile = /<(?:file|directory|path|dir)>/.test(flags);
  const value = !required && !optional ? 'none' : (argChoices ?? (takesFile ? 'file' : 'any'));
  return [{ flag: long, description, value }];
}
