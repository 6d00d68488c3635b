import type { RouteRead } from './syncReads.js';

/**
 * How one write of a round ended at Genesys.
 *
 * `conflict`: the route was changed since it was read, or the campaign may not be changed now. `missing` and `exists`: the data table's
 * row is not, or is, there, against what was read.
 */
export type WriteAnswer =
  | {
      readonly outcome: 'written';
      readonly correlationId: string | null;
      /** The route as it is by now; null for rows and campaigns. */
      readonly read: RouteRead | null;
    }
  | {
      readonly outcome: 'conflict' | 'missing' | 'exists';
      readonly correlationId: string | null;
      readonly problem: string;
    };
