import { readFileSync, writeFileSync } from 'node:fs';

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
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold blanks; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const TICKS_A_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function statusBytes(pid: number | 'self', field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!line) throw new Error(`/proc/${pid}/status has no ${field}: this benchmark needs Linux`);
  return Number(line[1]) * 1024;
}
