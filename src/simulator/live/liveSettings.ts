import { z } from 'zod';

/** How agents' states of this moment move. */
export const LiveSettings = z.strictObject({
  /** Events about agents a second, adherence and routing status together; 0: nothing moves by itself. (Default: 0) */
  eventsPerSecond: z.number().nonnegative().max(2000).default(0),
  /**
   * Share of users who come without what was to be expanded, which is "not guaranteed to be returned". Source: the API documentation of
   * `GET users`. (Default: 0)
   */
  expandsLeftOut: z.number().min(0).max(1).default(0),
  /**
   * Share of changes of a routing status that move none of the times of an agent's adherence: whether `presenceUpdateTime` follows the
   * routing status is not documented. (Default: 0)
   */
  timesKept: z.number().min(0).max(1).default(0),
});
export type LiveSettings = z.infer<typeof LiveSettings>;
