import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commandLine, processBirth, processesWith } from '../../src/temporal/processIdentity.js';
import { tryLock, withLock } from '../../src/temporal/processLock.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-lock-'));
  path = join(directory, 'a.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Writes the lock that another process would have written. */
function lockOf(holder: { pid: number; birth: string; host?: string }): void {
  const host = holder.host ?? (JSON.parse(readFileSync(path, 'utf8')) as { host: string }).host;
  const facts = { what: 'test', since: '2024-01-01T00:00:00Z', nonce: 'another' };
  writeFileSync(path, JSON.stringify({ ...facts, ...holder, host }));
}

async function startSleeper(): Promise<{ pid: number; birth: string; kill: () => Promise<void> }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const kill = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid, birth: processBirth(pid) ?? '', kill };
}

describe('a lock file', () => {
  it('is taken by one and refused to the next, who learns the pid of its holder', async () => {
    const first = await tryLock(path, 'first');
    expect(first).toHaveProperty('release');
    expect(await tryLock(path, 'second')).toMatchObject({ holder: { pid: process.pid, what: 'first' } });
  });

  it('is free again once it was released, and leaves no file behind', async () => {
    const first = await tryLock(path, 'first');
    if ('release' in first) first.release();
    expect(existsSync(path)).toBe(false);
    expect(await tryLock(path, 'second')).toHaveProperty('release');
  });

  it('ends with its process when that is killed by SIGKILL', async () => {
    await tryLock(path, 'to learn the host');
    const sleeper = await startSleeper();
    lockOf(sleeper);
    expect(await tryLock(path, 'while it runs')).toMatchObject({ holder: { pid: sleeper.pid } });
    await sleeper.kill();
    expect(await tryLock(path, 'after it was killed')).toHaveProperty('release');
  });

  it('is not held by a later process that was given the same pid', async () => {
    await tryLock(path, 'to learn the host');
    const sleeper = await startSleeper();
    lockOf({ pid: sleeper.pid, birth: 'an earlier start' });
    expect(await tryLock(path, 'mine')).toHaveProperty('release');
    await sleeper.kill();
  });

  it('of another host is never taken over, because nobody here can tell whether its holder runs', async () => {
    lockOf({ pid: 1, birth: 'any', host: 'a-host-elsewhere' });
    expect(await tryLock(path, 'mine')).toMatchObject({ holder: { host: 'a-host-elsewhere' } });
  });

  it('that stays empty belonged to a process that died while it wrote, and is taken over', async () => {
    writeFileSync(path, '');
    const old = new Date(Date.now() - 60_000);
    utimesSync(path, old, old);
    expect(await tryLock(path, 'mine')).toHaveProperty('release');
  });

  it('left by a dead process goes to exactly one of many who find it at once', async () => {
    await tryLock(path, 'to learn the host');
    lockOf({ pid: 999_999_999, birth: 'dead' });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => tryLock(path, `contender ${n}`)));
    expect(answers.filter((answer) => 'release' in answer)).toHaveLength(1);
  });

  it('makes two steps that want it run one after the other, and tells the second what it waits for', async () => {
    const order: string[] = [];
    let finishFirst = () => {};
    const secondWaits = new Promise<void>((resolve) => (finishFirst = resolve));
    let second: Promise<void> | undefined;
    const said: string[] = [];
    const log = (line: string) => {
      said.push(line);
      finishFirst();
    };

    await withLock(path, 'the first step', log, async () => {
      second = withLock(path, 'the second step', log, () => Promise.resolve(void order.push('second')));
      await secondWaits;
      order.push('first');
    });
    await second;

    expect(order).toEqual(['first', 'second']);
    expect(said).toEqual([expect.stringContaining(`process ${process.pid}`)]);
    expect(said[0]).toContain('the first step');
  });
});

describe('the identity of a process', () => {
  it('stays the same while it runs and is gone when it was killed', async () => {
    const sleeper = await startSleeper();
    expect(processBirth(sleeper.pid)).toBe(sleeper.birth);
    expect(commandLine(sleeper.pid)).toBe('sleep 60 ');
    expect(processesWith('sleep 60 ')).toContain(sleeper.pid);
    await sleeper.kill();
    expect(processBirth(sleeper.pid)).toBeUndefined();
    expect(processesWith('sleep 60 ')).not.toContain(sleeper.pid);
  });
});
