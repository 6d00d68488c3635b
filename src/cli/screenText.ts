/** What a terminal shows without breaking lines. */
export const SCREEN_WIDTH = 100;

/** Text from outside cannot move the cursor of a terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

/** Lines of at most 100 characters, broken between words where there are any; all but the first indented. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (let rest = plain(text); rest.length > 0; ) {
    const room = SCREEN_WIDTH - (lines.length === 0 ? 0 : indent.length);
    const space = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room);
    const end = space > 0 ? space : room;
    lines.push(`${lines.length === 0 ? '' : indent}${rest.slice(0, end)}`);
    rest = rest.slice(end).trimStart();
  }
  return lines;
}

/** A labelled text: the label in a column of its own, the text beside it, wrapped. */
export function labelled(label: string, text: string): string[] {
  const indent = '              ';
  const [first = '', ...rest] = wrapped(`${'x'.repeat(indent.length)}${text}`, indent);
  return [`  ${label}`.padEnd(indent.length) + first.slice(indent.length), ...rest];
}
