import type { LimitInput } from './limitSettings.js';

/**
 * Situations that people reported, as limits; each by a name of its own.
 *
 * `hidden-limit`: a call a second is let through for fifteen minutes, then refused, again and again, by a limit that no document
 * names: no `Retry-After`, no counters. What limit does so is a guess: 900 calls in any 18 minutes, which is the 50 a
 * minute that was reported as assumed, kept over a longer time; so that a call a second (60 a minute) meets it after 900 s, is
 * refused for 180 s, and meets it again 900 s later, and an even 50 a minute never does.
 *
 * `ignored-wait`: job creations are refused with `Retry-After: 30`, and whoever comes back sooner makes it longer.
 *
 * `failover-storm`: no limit, but telephony's own: once a trunk goes into failover, writes about it (its row, and routes that hold it) are
 * refused with `Retry-After: 30`, and whoever comes back sooner makes it longer.
 */
export const SCENARIOS = {
  'hidden-limit': [
    {
      name: 'hidden-limit',
      shape: 'rolling',
      calls: 900,
      windowSeconds: 1080,
      on: { method: 'POST', path: '^/api/v2/(analytics/|workforcemanagement/adherence/historical/bulk$)' },
      told: 'absent',
      refusal: { code: 'tooManyRequests', message: 'Rate limit exceeded for analytics bulk export operations.' },
    },
  ],
  'ignored-wait': [
    {
      name: 'ignored-wait',
      shape: 'fixed',
      calls: 50,
      windowSeconds: 60,
      on: 'wfm-jobs',
      told: 'early:30',
      penaltySeconds: 20,
    },
  ],
  'failover-storm': [],
} as const satisfies Readonly<Record<string, readonly LimitInput[]>>;
