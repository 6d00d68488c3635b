import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stopProcess } from '../../src/temporal/devServer.js';
import { findTemporalCli } from '../../src/temporal/findTemporalCli.js';
import { processBirth, processesWith } from '../../src/temporal/processIdentity.js';
import { transpiledSources } from '../support/transpiledSources.js';

await findTemporalCli({ log: (line) => void process.stderr.write(`${line}\n`) });

const OWNER = `
import { startEmbeddedServer } from './src/temporal/embeddedServer.js';
try {
  const server = await startEmbeddedServer({ dataDirectory: process.argv[2], log: () => {} });
  console.log(JSON.stringify(server));
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(JSON.stringify({ refused: error.message }));
}
`;

interface Answer {
  pid?: number;
  address?: string;
  adopted?: boolean;
  refused?: string;
}

let sources: string;
let dataDirectory: string;
const owners = new Set<ChildProcess>();

beforeAll(() => {
  sources = transpiledSources('src/temporal', 'src/domain');
  writeFileSync(join(sources, 'owner.js'), OWNER);
});
afterAll(() => rmSync(sources, { recursive: true, force: true }));
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'rosterline-owner-'));
});
afterEach(async () => {
  await Promise.all([...owners].map(kill));
  for (const pid of servers()) await stopProcess({ pid, birth: processBirth(pid) ?? '' });
  rmSync(dataDirectory, { recursive: true, force: true });
});

function servers(): number[] {
  return processesWith(`--db-filename ${dataDirectory}/temporal/temporal.db `);
}

/** Starts a process that runs the embedded server of this directory until it is killed. */
function startOwner(): { child: ChildProcess; answer: Promise<Answer> } {
  const child = spawn(process.execPath, [join(sources, 'owner.js'), dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.add(child);
  const answer = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(String(line)) as Answer);
  return { child, answer };
}

async function kill(child: ChildProcess): Promise<void> {
  owners.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the server of a process that was killed with SIGKILL', () => {
  it('goes on running, and the next process on the directory adopts it', async () => {
    const first = startOwner();
    const { pid, address } = await first.answer;
    await kill(first.child);
    expect(servers()).toEqual([pid]);
    expect(await startOwner().answer).toMatchObject({ adopted: true, pid, address });
  });

  it('is had by exactly one of two that start at the same moment; the other is told the pid of the one', async () => {
    const first = startOwner();
    await first.answer;
    await kill(first.child);
    const both = [startOwner(), startOwner()];
    const answers = await Promise.all(both.map(({ answer }) => answer));
    const winner = answers.findIndex(({ refused }) => refused === undefined);
    expect(answers[winner]).toMatchObject({ adopted: true });
    expect(answers[1 - winner]?.refused).toContain(`is in use by process ${both[winner]?.child.pid}`);
    expect(servers()).toHaveLength(1);
  });

  // Instants over the whole of a start, from before the lock is taken to after the server is ready.
  it.each([250, 400, 550, 700, 1_000, 1_600])(
    'is one server again after the next start, though the kill came %i ms into its own start',
    async (ms) => {
      const first = startOwner();
      first.answer.catch(() => {});
      await sleep(ms);
      await kill(first.child);
      const next = await startOwner().answer;
      expect(next.refused).toBeUndefined();
      expect(servers()).toEqual([next.pid]);
    },
  );
});
