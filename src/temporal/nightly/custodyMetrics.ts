import type { MetricMeter } from '@temporalio/common';
import { BROKEN_KINDS } from '../../custody/verifyReport.js';
import type { CustodyMemo } from '../../domain/nightly/custodyCheck.js';

/**
 * Shows what nights found when they verified the chain of custody: of several schedules, each goes on from its own last look, so
 * that what one found broken counts until the same one finds it whole. As long as no night is known that did, there are no figures.
 */
export function custodyMetrics(meter: MetricMeter): (found: readonly (CustodyMemo | null)[]) => void {
  const broken = meter.createGauge(
    'rosterline_custody_broken',
    'int',
    undefined,
    'Things that the last verification of the chain of custody found broken, by kind',
  );
  const verified = meter.createGauge(
    'rosterline_custody_verified_seconds',
    'float',
    undefined,
    'Unix time at which a night verified what the chain had got since the last time, or everything',
  );
  const whole = meter.createGauge(
    'rosterline_custody_whole_seconds',
    'float',
    undefined,
    'Unix time at which a night verified everything',
  );
  return (found) => {
    const known = found.filter((each) => each !== null);
    if (known.length === 0) return;
    const newest = (times: readonly string[]): number => Math.max(...times.map((time) => Date.parse(time))) / 1000;
    for (const kind of BROKEN_KINDS) broken.set(Math.max(...known.map((each) => each.broken[kind] ?? 0)), { kind });
    verified.set(newest(known.map(({ verifiedAt }) => verifiedAt)));
    whole.set(newest(known.map(({ wholeAt }) => wholeAt)));
  };
}
