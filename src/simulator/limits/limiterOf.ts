import { FixedWindow } from './fixedWindow.js';
import { ChangingLimit } from './changingLimit.js';
import { JobsInFlight } from './jobsInFlight.js';
import type { Limiter } from './limiter.js';
import { DAY_SECONDS, type LimitSettings } from './limitSettings.js';
import { OthersLoad } from './othersLoad.js';
import { RollingWindow } from './rollingWindow.js';
import { TokenBucket } from './tokenBucket.js';

/** A limit as it is met by one OAuth client: its shape, used by others too, and changing. Penalties and words are not its business. */
export function limiterOf(limit: LimitSettings, seed: number): ChangingLimit {
  const alone = shapeOf(limit);
  return new ChangingLimit(limit.others ? new OthersLoad(alone, limit, limit.others, seed) : alone, limit);
}

function shapeOf(limit: LimitSettings): Limiter {
  switch (limit.shape) {
    case 'fixed':
      return new FixedWindow(limit.calls, limit.windowSeconds * 1000, limit.aligned);
    case 'daily':
      return new FixedWindow(limit.calls, DAY_SECONDS * 1000, true);
    case 'rolling':
      return new RollingWindow(limit.calls, limit.windowSeconds * 1000);
    case 'bucket':
      return new TokenBucket(limit.burst, limit.perSecond);
    case 'jobs':
      return new JobsInFlight(limit.jobs);
  }
}
