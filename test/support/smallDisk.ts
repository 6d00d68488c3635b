import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that can be filled. */
export interface SmallDisk {
  /** Leaves this many bytes free. */
  fill(leaveBytes?: number): void;
  /** Gives back what `fill` took. */
  free(): void;
  unmount(): void;
}

/** Whether this process may mount: it takes root, which CI has. */
export const CAN_MOUNT = process.getuid?.() === 0 && canMount();

/** Mounts a tmpfs of this size over a directory, which is made where it is not there. What was in it is hidden. */
export function mountSmallDisk(directory: string, bytes: number): SmallDisk {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', directory]);
  const ballast = join(directory, '.ballast');
  return {
    fill(leaveBytes = 0) {
      const { bavail, bsize } = statfsSync(directory);
      const free = bavail * bsize - leaveBytes;
      try {
        if (free > 0) writeFileSync(ballast, Buffer.alloc(free), { flag: 'a' });
      } catch (error) {
        // Somebody else has taken some of it meanwhile: it is as full as it was to be.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    // Lazily: a file that is still open must not keep a test from ending.
    unmount: () => void execFileSync('umount', ['-l', directory]),
  };
}

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-mount-'));
  try {
    mountSmallDisk(directory, 64 * 1024).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
