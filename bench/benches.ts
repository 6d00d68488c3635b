import { join } from 'node:path';
import { cacheDirectory } from '../src/temporal/cacheDirectory.js';
import { callsBench } from './callsBench.js';
import type { Report } from './figures.js';
import { liveBench } from './liveBench.js';
import { loadBench } from './loadBench.js';
import { MEMORY_SIZES, memoryBench, type MemorySize } from './memoryBench.js';
import { modelBench } from './modelBench.js';
import { nightlyBench } from './nightlyBench.js';
import { SHAPES } from './pacing/shapes.js';
import { PACING_SIZES, pacingBench } from './pacingBench.js';
import { s3Bench } from './s3Bench.js';
import { speedBench } from './speedBench.js';
import { syncBench } from './syncBench.js';
import { verifyBench } from './verifyBench.js';
import { workersBench } from './workersBench.js';

/** What the command line may change of a benchmark. */
export interface MeasureOptions extends Partial<MemorySize> {
  readonly shape?: string;
  readonly seed?: number;
  readonly seals?: number;
}

type Measure = (form: Report['form'], say: (line: string) => void, options: MeasureOptions) => Promise<Report>;

/** Each benchmark by its name. `say` is told how far it is. */
export const BENCHES: Readonly<Record<Report['bench'], Measure>> = {
  load: (form, say) => loadBench(form, join(cacheDirectory(process.env), 'bench'), say),
  calls: (form, say) => callsBench(form, say),
  speed: (form, say) => speedBench(form, say),
  memory: (form, say, { years, agents }) => {
    const changes = { ...(years && { years }), ...(agents && { agents }) };
    return years || agents
      ? memoryBench('short', { ...MEMORY_SIZES.full, ...changes }, say)
      : memoryBench(form, MEMORY_SIZES[form], say);
  },
  pacing: (form, say, { shape, seed }) => {
    const size = PACING_SIZES[form];
    const shapes = shape === undefined ? size.shapes : SHAPES.filter(({ name }) => name === shape);
    return pacingBench(form, { ...size, shapes, ...(seed !== undefined && { seeds: [seed] }) }, say);
  },
  model: (form, say) => modelBench(form, say),
  sync: (form, say) => syncBench(form, say),
  live: (form, say) => liveBench(form, say),
  nightly: (form, say) => nightlyBench(form, say),
  s3: (form, say) => s3Bench(form, say),
  workers: (form, say) => workersBench(form, say),
  verify: (form, say, { seals }) => verifyBench(form, join(cacheDirectory(process.env), 'bench'), seals, say),
};
