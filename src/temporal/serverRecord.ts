import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DevServerSettings, ProcessId } from './devServer.js';

const ServerRecord = z.object({
  v: z.literal(1),
  pid: z.number().int().positive(),
  /** See `processBirth`. */
  birth: z.string(),
  cliPath: z.string(),
  ip: z.string(),
  port: z.number(),
  uiPort: z.number(),
});

/** What the pid file of an embedded server says. */
export type ServerRecord = z.infer<typeof ServerRecord>;

/** Writes the pid file of a server that was just started. */
export function writeServerRecord(
  directory: string,
  cliPath: string,
  { pid, birth }: ProcessId,
  { ip, port, uiPort }: DevServerSettings,
): void {
  const record: ServerRecord = { v: 1, pid, birth, cliPath, ip, port, uiPort };
  const draft = `${pathIn(directory)}.new`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(draft, pathIn(directory));
}

/** The pid file's content; undefined when there is none, or none of ours. */
export function readServerRecord(directory: string): ServerRecord | undefined {
  try {
    return ServerRecord.parse(JSON.parse(readFileSync(pathIn(directory), 'utf8')));
  } catch {
    // A server that the pid file does not tell of is still found by its command line.
    return undefined;
  }
}

/** Removes the pid file of a server that has ended. */
export function removeServerRecord(directory: string): void {
  rmSync(pathIn(directory), { force: true });
}

function pathIn(directory: string): string {
  return join(directory, 'server.json');
}
