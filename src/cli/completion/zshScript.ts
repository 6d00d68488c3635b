import { pathsOf } from './bashScript.js';
import type { OfferedCommand } from './commandTree.js';

/** A completion for zsh, with a description beside each word. */
export function zshScript(commands: readonly OfferedCommand[]): string {
  return `#compdef rosterline
# zsh completion for rosterline. Now: source <(rosterline completion zsh)
# For good: rosterline completion zsh > a directory of $fpath, as _rosterline
_rosterline() {
  local at="" i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    case "$at/\${words[i]}" in
      ${pathsOf(commands).join('|')}) at="$at/\${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$at" in
${commands.map(wordsCase).join('\n')}
  esac
  _describe 'rosterline' found
}
if [ "$funcstack[1]" = "_rosterline" ]; then _rosterline "$@"; else compdef _rosterline rosterline; fi
`;
}

function valueCases({ path, options }: OfferedCommand): string[] {
  return options.flatMap(({ flag, value }) => {
    if (value === 'none') return [];
    const asked = `    "${path} ${flag}")`;
    if (value === 'file') return [`${asked} _files; return ;;`];
    if (value === 'any') return [`${asked} return ;;`];
    return [`${asked} compadd -- ${value.join(' ')}; return ;;`];
  });
}

function wordsCase({ path, commands, options, words }: OfferedCommand): string {
  const described = [
    ...commands.map(({ name, description }) => quoted(name, description)),
    ...words.map((word) => `'${word}'`),
    ...options.map(({ flag, description }) => quoted(flag, description)),
  ];
  return `    "${path}") found=(${described.join(' ')}) ;;`;
}

/** `'word:description'`: within single quotes only a single quote means something, and to \`_describe\` a colon does. */
function quoted(word: string, description: string): string {
  return `'${word}:${description.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`;
}
