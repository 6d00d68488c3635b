import type { Client } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';

/**
 * Nominal times of a nightly load between two instants, by the server's own reckoning, jitter included: ISO 8601 UTC, in order.
 *
 * The first instant is left out, the last is not (measured on 1.29.1). The server names 1,000 at most.
 */
export async function matchingTimes(client: Client, name: string, afterMs: number, toMs: number): Promise<string[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace: client.options.namespace,
    scheduleId: scheduleIdOf(name),
    startTime: msToTs(afterMs),
    endTime: msToTs(toMs),
  });
  return startTime.map((time) => new Date(tsToMs(time)).toISOString());
}
