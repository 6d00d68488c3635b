/**
 * Verifies a directory of objects in a process of its own, whose memory is nobody else's. Started by `verifyBench.ts`.
 */
import { verify } from '../src/custody/verify.js';
import { openFileStore } from '../src/objects/fileStore.js';
import { forgetPeak, peakBytes, residentBytes } from './processMemory.js';
import type { VerifiedAlone } from './verifyBench.js';

const store = openFileStore({ directory: process.argv[2] ?? '', readOnly: true });
forgetPeak('self');
const idleBytes = residentBytes('self');
const startedAt = performance.now();
const usedBefore = process.cpuUsage();
const { ok, objects, bytes, signatures, broken } = await verify({ store, facts: null });
const { user, system } = process.cpuUsage(usedBefore);
const verified: VerifiedAlone = {
  ok,
  objects,
  bytes,
  signatures,
  seconds: (performance.now() - startedAt) / 1000,
  processorSeconds: (user + system) / 1e6,
  idleBytes,
  peakBytes: peakBytes('self'),
};
if (!ok) process.stderr.write(`${JSON.stringify(broken.slice(0, 3))}\n`);
process.send?.(verified);
process.disconnect();
