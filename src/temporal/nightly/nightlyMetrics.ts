import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import type { NightlySchedule } from '../../domain/nightly/nightlySchedule.js';
import { custodyMetrics } from './custodyMetrics.js';
import { type NightlySummary, nightlySummaries } from './nightlySummaries.js';

/** How often the schedules are asked, and how long an answer is waited for. A question is a few reads and no history. */
const ASK_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 20_000;

/** Whose nightly loads are shown, and where. */
interface Shown {
  readonly client: Client;
  readonly config: { readonly nightly: readonly NightlySchedule[]; readonly taskQueue: string };
  readonly meter: MetricMeter;
}

/**
 * Shows of each nightly load when it last ended complete, and whether a night is overdue, again and again until it is stopped.
 *
 * It asks the schedules themselves for their times, so that a night is overdue too that never started: because nothing was there to
 * start it, because it was skipped, or because nobody applied the configuration.
 *
 * A server that does not answer leaves the figures as they are.
 */
export async function publishNightly({ client, config, meter }: Shown, stopping: AbortSignal): Promise<void> {
  const [show, showCustody] = [nightlyMetrics(meter), custodyMetrics(meter)];
  while (!stopping.aborted) {
    await client
      .withDeadline(Date.now() + ANSWER_WITHIN_MS, () => nightlySummaries(client, config))
      .then(
        (schedules) => {
          show(schedules);
          showCustody(schedules.map(({ custody }) => custody));
        },
        () => undefined,
      );
    await sleep(ASK_EVERY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

/** Shows nightly loads as gauges with the label `schedule`, their name in the configuration. */
export function nightlyMetrics(meter: MetricMeter): (schedules: readonly NightlySummary[]) => void {
  const success = meter.createGauge(
    'rosterline_nightly_last_success_seconds',
    'float',
    undefined,
    'Unix time at which the last nightly load of the schedule ended complete; 0 while none has',
  );
  const overdue = meter.createGauge(
    'rosterline_nightly_overdue',
    'int',
    undefined,
    '1 when the last night that should have been loaded by now was not, or the schedule is not on the server; else 0',
  );
  const shown = new Set<string>();
  return (schedules) => {
    for (const { name, lastRun, lastComplete, overdueSince, isOnServer } of schedules) {
      const endedAt = lastComplete?.endedAt ?? null;
      // What the server has forgotten was told when it was known.
      if (endedAt !== null || lastRun?.state !== 'forgotten')
        success.set(endedAt === null ? 0 : Date.parse(endedAt) / 1000, { schedule: name });
      overdue.set(overdueSince !== null || !isOnServer ? 1 : 0, { schedule: name });
      shown.add(name);
    }
    // A series cannot be taken back: one that was deleted on purpose is not overdue.
    for (const name of shown)
      if (!schedules.some((schedule) => schedule.name === name)) overdue.set(0, { schedule: name });
  };
}
