import type { OfferedCommand } from './commandTree.js';

/**
 * A completion for bash 3 and later, without the package bash-completion. Starts no process, and runs nothing of what was typed.
 *
 * Words are of our own commands: letters, digits, dashes and slashes, which mean nothing to a shell.
 */
export function bashScript(commands: readonly OfferedCommand[]): string {
  return `# bash completion for rosterline. Now: source <(rosterline completion bash)
# For good: rosterline completion bash > ~/.local/share/bash-completion/completions/rosterline
_rosterline() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="" found="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
      ${pathsOf(commands).join('|')}) at="$at/\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [ -z "$found" ]; then
    case "$at" in
${commands.map(({ path, commands: below, options, words }) => `      "${path}") found="${[...below.map(({ name }) => name), ...words, ...options.map(({ flag }) => flag)].join(' ')}" ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$found" -- "$cur"))
}
complete -o default -F _rosterline rosterline
`;
}

/** Paths of all commands but the program's own. */
export function pathsOf(commands: readonly OfferedCommand[]): string[] {
  return commands.map(({ path }) => path).filter((path) => path !== '');
}

function valueCases({ path, options }: OfferedCommand): string[] {
  return options.flatMap(({ flag, value }) => {
    if (value === 'none') return [];
    const asked = `    "${path} ${flag}")`;
    if (value === 'file') return [`${asked} return ;;`];
    if (value === 'any') return [`${asked} compopt +o default 2>/dev/null; return ;;`];
    return [`${asked} found="${value.join(' ')}" ;;`];
  });
}
