import { pathsOf } from './bashScript.js';
import type { OfferedCommand } from './commandTree.js';

/** A completion for fish, with a description beside each word. */
export function fishScript(commands: readonly OfferedCommand[]): string {
  return `# fish completion for rosterline. Now: rosterline completion fish | source
# For good: rosterline completion fish > ~/.config/fish/completions/rosterline.fish
function __rosterline_at
  set -l at ''
  for word in (commandline -opc)[2..]
    switch "$at/$word"
      case ${pathsOf(commands).join(' ')}
        set at "$at/$word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c rosterline -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, options, words }: OfferedCommand): string[] {
  const here = `complete -c rosterline -n '__rosterline_at "${path}"'`;
  return [
    ...commands.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
    ...words.map((word) => `${here} -a ${word}`),
    ...options.map(({ flag, description, value }) => {
      const takes = value === 'none' ? '' : value === 'file' ? ' -rF' : ' -x';
      const offered = typeof value === 'string' ? '' : ` -a '${value.join(' ')}'`;
      return `${here} -l ${flag.replace(/^--/, '')}${takes}${offered} -d ${quoted(description)}`;
    }),
  ];
}

/** Within single quotes fish knows a backslash and a single quote. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
