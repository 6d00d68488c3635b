import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { startEmbeddedServer } from '../../temporal/embeddedServer.js';
import { readServerRecord } from '../../temporal/serverRecord.js';
import type { StatusLine } from '../statusLine.js';

/** Empties a demonstration's directory; a server that a killed demonstration left behind is stopped first. */
export async function sweepDemo(directory: string, status: StatusLine): Promise<void> {
  if (readServerRecord(path.join(directory, 'temporal'))) {
    const left = await startEmbeddedServer({ dataDirectory: directory, log: (line) => status.say(line) });
    await left.stop();
  }
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
}
