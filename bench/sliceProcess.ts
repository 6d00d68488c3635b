/**
 * Cuts one landing into lines, in a process of its own whose memory is nobody else's. Started by `sliceAlone.ts`.
 */
import { openFileStore } from '../src/objects/fileStore.js';
import { sliceDocument } from './loadByUs.js';
import { forgetPeak, peakBytes, residentBytes } from './processMemory.js';
import type { SliceAlone, SlicedAlone } from './sliceAlone.js';

const { objects, window, document, ndjsonPath } = JSON.parse(process.argv[2] ?? '{}') as SliceAlone;
const store = openFileStore({ directory: objects });
forgetPeak('self');
const idleBytes = residentBytes('self');
const startedAt = performance.now();
const usedBefore = process.cpuUsage();
const { elements } = await sliceDocument({ objects: store, window }, document, ndjsonPath);
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(usedBefore);
const sliced: SlicedAlone = {
  seconds,
  processorSeconds: (user + system) / 1e6,
  elements,
  idleBytes,
  peakBytes: peakBytes('self'),
};
process.send?.(sliced);
process.disconnect();
