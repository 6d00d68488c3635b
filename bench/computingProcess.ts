/**
 * Runs the short forms that compute, one after the other, in a process of the lowest priority: those that wait for limits beside it, and
 * are timed, do not notice. Started by `computing.ts`; ends when its parent does.
 */
import type { ComputingMessage } from './computing.js';
import { COMPUTING, heldTo } from './heldBenches.js';
import { readRecord } from './record.js';

const tell = (message: ComputingMessage): void => void process.send?.(message);

// Through the handlers of whatever has started servers.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
tell({ kind: 'ready' });
const recorded = readRecord();
try {
  for (const name of COMPUTING) {
    const held = await heldTo(
      name,
      recorded,
      (line) => tell({ kind: 'said', name, line }),
      (report) => tell({ kind: 'report', report }),
    );
    tell({ kind: 'held', held });
  }
} catch (error) {
  tell({ kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
tell({ kind: 'ended' });
