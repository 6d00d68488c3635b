import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processBirth } from './processIdentity.js';
import type { ProgressLog } from './progressLog.js';

const LockHolder = z.object({
  pid: z.number(),
  /** See `processBirth`. */
  birth: z.string(),
  host: z.string(),
  /** What the holder is doing, for people. */
  what: z.string(),
  since: z.string(),
  nonce: z.string(),
});

/** Who holds a lock. */
export type LockHolder = z.infer<typeof LockHolder>;

/** A lock that this process holds, until it releases it or ends. */
export interface ProcessLock {
  release(): void;
}

// A lock file is created and filled by two system calls: a reader can meet it empty, but not for long.
const HALF_WRITTEN_MS = 2_000;

/**
 * Takes a lock file for this process, or says who holds it.
 *
 * A lock ends with its process, however that ended: the file names the pid and when that process began, and a file whose
 * process is gone is taken over. A holder on another host (a shared volume) cannot be looked at and counts as alive.
 */
export async function tryLock(path: string, what: string): Promise<ProcessLock | { readonly holder: LockHolder }> {
  for (;;) {
    const lock = create(path, what);
    if (lock) return lock;
    const holder = holderOf(path);
    if (holder === 'being written') await sleep(20);
    else if (holder && isAlive(holder)) return { holder };
    else if (holder) await removeStale(path);
  }
}

/** Runs a step while holding a lock file; waits for whoever holds it, and says so. */
export async function withLock<T>(path: string, what: string, log: ProgressLog, step: () => Promise<T>): Promise<T> {
  let toldAbout = '';
  for (;;) {
    const lock = await tryLock(path, what);
    if ('release' in lock) {
      try {
        return await step();
      } finally {
        lock.release();
      }
    }
    const { pid, nonce } = lock.holder;
    if (toldAbout !== nonce)
      log(`waiting for process ${pid}, which is at it since ${lock.holder.since}: ${lock.holder.what}`);
    toldAbout = nonce;
    await sleep(200);
  }
}

function create(path: string, what: string): ProcessLock | undefined {
  const birth = processBirth(process.pid) ?? '';
  const nonce = randomUUID();
  const mine: LockHolder = { pid: process.pid, birth, host: hostname(), what, since: new Date().toISOString(), nonce };
  try {
    writeFileSync(path, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  return {
    release: () => {
      const holder = holderOf(path);
      if (holder && holder !== 'being written' && holder.nonce === nonce) rmSync(path, { force: true });
    },
  };
}

// Two processes may find the same dead holder. Only one at a time may remove it, after reading it again: otherwise the
// second would remove the first one's new lock.
async function removeStale(path: string): Promise<void> {
  const guardPath = `${path}.takeover`;
  const guard = create(guardPath, 'taking over a lock');
  if (!guard) {
    const other = holderOf(guardPath);
    if (other && other !== 'being written' && !isAlive(other)) rmSync(guardPath, { force: true });
    await sleep(20);
    return;
  }
  try {
    const holder = holderOf(path);
    if (holder && holder !== 'being written' && !isAlive(holder)) rmSync(path, { force: true });
  } finally {
    guard.release();
  }
}

function isAlive(holder: LockHolder): boolean {
  return holder.host !== hostname() || processBirth(holder.pid) === holder.birth;
}

/** Undefined when there is no lock. A file that stays unreadable belongs to a process that died while it wrote. */
function holderOf(path: string): LockHolder | 'being written' | undefined {
  let text: string;
  let ageMs: number;
  try {
    text = readFileSync(path, 'utf8');
    ageMs = Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
  try {
    return LockHolder.parse(JSON.parse(text));
  } catch {
    if (ageMs < HALF_WRITTEN_MS) return 'being written';
    return { pid: 0, birth: 'none', host: hostname(), what: 'unreadable', since: '', nonce: '' };
  }
}
