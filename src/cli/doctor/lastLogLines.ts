import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** Bytes at a log's end that are looked at, and lines of them that are kept. */
const LAST_BYTES = 512 * 1024;
const LINES = 200;

/** Fields of a log line that say what happened; others may name somebody, and are left out. */
const LogLine = z.object({
  time: z.union([z.number(), z.string()]).optional(),
  level: z.union([z.number(), z.string()]).optional(),
  msg: z.string().optional(),
  activityType: z.string().optional(),
  workflowType: z.string().optional(),
  attempt: z.number().optional(),
  family: z.string().optional(),
  status: z.number().optional(),
  code: z.string().optional(),
  correlationId: z.string().optional(),
});
type LogLine = z.infer<typeof LogLine>;

/** The last lines of a worker's log (JSON, a line each), cut to what says what happened. */
export async function lastLogLines(file: string): Promise<{ lines: LogLine[]; leftOut: number }> {
  const start = Math.max(0, statSync(file).size - LAST_BYTES);
  const lines: LogLine[] = [];
  let leftOut = 0;
  for await (const text of createInterface({ input: createReadStream(file, { start }) })) {
    const line = logLine(text);
    if (line === null) leftOut++;
    else lines.push(line);
  }
  return { lines: lines.slice(-LINES), leftOut };
}

/** Null where it is no JSON: what is not structured cannot be rid of names. */
function logLine(text: string): LogLine | null {
  try {
    return LogLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
