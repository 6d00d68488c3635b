import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** Resident memory of a process now, in bytes. Linux. */
export function residentBytes(pid: number | 'self'): number {
  return statusBytes(pid, 'VmRSS');
}

/** The most resident memory that a process had since its start or the last `forgetPeak`, in bytes. */
export function peakBytes(pid: number | 'self'): number {
  return statusBytes(pid, 'VmHWM');
}

/** Lets the kernel's own high-water mark begin anew, so that no peak falls between two looks. */
export function forgetPeak(pid: number | 'self'): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Processor seconds that a process has used. */
export function processorSeconds(pid: number): number {
  return ticksOf(pid).own / TICKS_A_SECOND;
}

/** Processor seconds of a process and all that it started, those that have ended among them. */
export function familySeconds(pid: number): number {
  const { own, ended } = ticksOf(pid);
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  return (own + ended) / TICKS_A_SECOND + children.reduce((sum, child) => sum + familySeconds(Number(child)), 0);
}

function ticksOf(pid: number): { own: number; ended: number } {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended meanwhile, and counts with its parent.
    return { own: 0, ended: 0 };
  }
  // The name, in parentheses, may hold blanks; user and system time are the 14th and 15th field, those of ended children follow.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { own: user + system, ended: endedUser + endedSystem };
}

function statusBytes(pid: number | 'self', field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!line) throw new Error(`/proc/${pid}/status has no ${field}: this benchmark needs Linux`);
  return Number(line[1]) * 1024;
}
