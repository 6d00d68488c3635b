import type { Family } from '../domain/family.js';

/** Told what becomes of each call of the API, for figures. It must neither throw nor take time. */
export interface CallWatcher {
  /** @param status of HTTP; null where no answer came. */
  answered(family: Family, status: number | null): void;
  /** A call that was refused for now: with 429, or in the forms that count as one. */
  refused(family: Family): void;
  /** How long a call waited in the client for its turn, in milliseconds; also one that was then put off. */
  waited(family: Family, ms: number): void;
  /** A call that would have had to wait longer than a call may: it comes again later. */
  putOff(family: Family): void;
}

/** Tells several. */
export function watchers(all: readonly CallWatcher[]): CallWatcher {
  return {
    answered: (family, status) => all.forEach((watcher) => watcher.answered(family, status)),
    refused: (family) => all.forEach((watcher) => watcher.refused(family)),
    waited: (family, ms) => all.forEach((watcher) => watcher.waited(family, ms)),
    putOff: (family) => all.forEach((watcher) => watcher.putOff(family)),
  };
}

export const NO_WATCHER: CallWatcher = {
  answered: () => undefined,
  refused: () => undefined,
  waited: () => undefined,
  putOff: () => undefined,
};
