import { seededRandom } from '../data/seededRandom.js';
import type { LimitSize } from './limiter.js';
import { type LimitInput, LimitSettings } from './limitSettings.js';

/** The quantities of a limit, without its window's length. */
export function sizeOf(limit: LimitSettings): LimitSize {
  switch (limit.shape) {
    case 'fixed':
    case 'rolling':
    case 'daily':
      return { calls: limit.calls };
    case 'bucket':
      return { burst: limit.burst, perSecond: limit.perSecond };
    case 'jobs':
      return { jobs: limit.jobs };
  }
}

/** Quantities multiplied; what counts stays whole, and one at least. */
export function multiplied({ perSecond, ...counted }: LimitSize, factor: number): LimitSize {
  const whole = Object.entries(counted).flatMap(([name, value]: [string, number | undefined]) =>
    value === undefined ? [] : [[name, Math.max(1, Math.round(value * factor))]],
  );
  return {
    ...(Object.fromEntries(whole) as LimitSize),
    ...(perSecond === undefined ? {} : { perSecond: perSecond * factor }),
  };
}

/**
 * A limit drawn within a factor of ten around another, by a seed: from 0.32 to 3.2 times each of its quantities. Windows keep
 * their length. The same seed draws the same.
 */
export function drawnLimit(around: LimitInput, seed: number): LimitSettings {
  const limit = LimitSettings.parse(around);
  const factor = 10 ** (seededRandom('limit', limit.shape, seed).next() - 0.5);
  return LimitSettings.parse({ ...limit, ...multiplied(sizeOf(limit), factor), drawn: false });
}
