import type { Found } from './checklist.js';

/** Oldest and newest minor version of the Temporal server that Rosterline was run on. */
const OLDEST = [1, 29] as const;
const NEWEST = [1, 31] as const;

/**
 * Whether a Temporal server is of a version that Rosterline was run on. Another one is a warning: it may do.
 *
 * Source: tests run on the server of the Temporal CLI that is installed (1.29); the behaviour of retries, queues and limits was
 * measured on 1.29.1 and 1.31.2.
 */
export const knownServerVersion = {
  needed: `a Temporal server of ${OLDEST.join('.')} or later`,
  /** @param version as the server says it, such as `1.29.1`. */
  judge(version: string): Found<string> {
    const parts = /^v?(\d+)\.(\d+)/.exec(version);
    if (parts === null) return { value: version, message: `the server does not say its version`, warning: true };
    const found = [Number(parts[1]), Number(parts[2])] as const;
    if (isBefore(found, OLDEST))
      return {
        value: version,
        message: `${version} is older than ${OLDEST.join('.')}, the oldest that Rosterline was run on: update it before a long export`,
        warning: true,
      };
    if (isBefore(NEWEST, found))
      return {
        value: version,
        message: `${version} is newer than ${NEWEST.join('.')}, the newest that Rosterline was run on: it will probably do`,
        warning: true,
      };
    return { value: version, message: version };
  },
} as const;

function isBefore(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}
