import { forkProcess } from '../startProcesses.js';
import type { CallerSettings } from './callerProcess.js';
import type { StartContender } from './contender.js';
import { handingTo } from './workMessage.js';

/** Two processes that each make and poll eight jobs at once by plain HTTP calls, and share nothing. */
export function callers(means: CallerSettings['means']): StartContender {
  return async ({ simulator, scale, closing }) => {
    const settings: CallerSettings = { means, simulator, scale };
    const processes = await Promise.all([1, 2].map(() => forkProcess('pacing/callerProcess.ts', settings, closing)));
    return { pids: processes.map(({ pid }) => pid), ...handingTo(processes.map(({ child }) => child)) };
  };
}
