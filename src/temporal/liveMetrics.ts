import type { MetricMeter } from '@temporalio/common';
import type { LiveWatcher } from '../telemetry/liveWatcher.js';

/** Shows the live feed's figures. Labels are kinds and causes; who it is about is in no label. */
export function liveMetrics(meter: MetricMeter): LiveWatcher {
  const events = meter.createCounter('rosterline_live_events', undefined, 'Notifications that were heard, by kind');
  const gaps = meter.createCounter(
    'rosterline_live_gaps',
    undefined,
    'Stretches in which something may have been missed, by cause',
  );
  const whole = meter.createGauge(
    'rosterline_live_whole',
    'float',
    undefined,
    '1 while the feed of this process is connected and no gap is open; not a number while another process listens',
  );
  const lastMessage = meter.createGauge(
    'rosterline_live_last_message_seconds',
    'float',
    undefined,
    'Unix time at which anything came last, heartbeats included',
  );
  const takeOver = meter.createGauge(
    'rosterline_live_takeover',
    'float',
    undefined,
    'Number of the listener of this process; not a number while another process listens',
  );
  return {
    event: (kind) => events.add(1, { kind }),
    gap: (cause) => gaps.add(1, { cause }),
    feed: (state) => {
      whole.set(state === null ? Number.NaN : Number(state.whole));
      takeOver.set(state?.takeOver ?? Number.NaN);
      if (state === null) lastMessage.set(Number.NaN);
      else if (state.lastMessageMs !== null) lastMessage.set(state.lastMessageMs / 1000);
    },
  };
}
