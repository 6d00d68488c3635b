/**
 * How a worker ends once it is told to, in milliseconds since then: it takes nothing more at once.
 *
 * A stop grace of containers has to be longer than the last of these.
 */
export const DRAIN = {
  /** Calls, loads and most downloads end by themselves. What still runs then is cancelled: downloads go on later where they stopped. */
  graceMs: 20_000,
  /** What has not even ended then is left as a crash would leave it. */
  forceMs: 26_000,
  /** The process is gone. */
  exitMs: 29_000,
} as const;
