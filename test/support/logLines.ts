import { readFileSync } from 'node:fs';

/** A line of a worker's log; pino's levels: 30 says, 40 warns. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

/** The lines of ours in a log that may still be written: whole ones alone, and none of a library that writes to the same file. */
export function logLines(file: string): LogLine[] {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      // What follows the last line's end is nothing, or the beginning of a line.
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
  );
}
