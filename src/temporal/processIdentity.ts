import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const HAS_PROC = existsSync('/proc/self/stat');

/**
 * When a process began, as a text that no other process with the same pid will ever have; undefined when it is not running.
 *
 * A pid alone names nobody: it is given out again. A process that ended but was not yet reaped counts as not running.
 * Source: proc_pid_stat(5), fields 3 (state) and 22 (start time in clock ticks since boot); elsewhere `ps`, to the second.
 */
export function processBirth(pid: number): string | undefined {
  if (!HAS_PROC) return birthByPs(pid);
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  // The program's name stands in brackets and may itself hold blanks and brackets: fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  const startTicks = fields[19];
  if (startTicks === undefined || ended(state)) return undefined;
  return `${readOrEmpty('/proc/sys/kernel/random/boot_id').trim()}:${startTicks}`;
}

/** A process's command line, arguments joined by blanks, with one blank after the last; empty when it is not running. */
export function commandLine(pid: number): string {
  if (!HAS_PROC) return `${ps(['-o', 'command=', '-p', String(pid)])} `;
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Pids of the running processes whose command line holds the given text. */
export function processesWith(text: string): number[] {
  const pids = HAS_PROC ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : ps(['-axo', 'pid=']).split('\n');
  return pids.map(Number).filter((pid) => pid !== process.pid && commandLine(pid).includes(text) && processBirth(pid));
}

function birthByPs(pid: number): string | undefined {
  const [state = '', ...start] = ps(['-o', 'stat=,lstart=', '-p', String(pid)]).split(/\s+/);
  return state === '' || ended(state) ? undefined : start.join(' ');
}

function ended(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X');
}

function ps(args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
  return spawnSync('ps', args, { encoding: 'utf8', env }).stdout.trim();
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
