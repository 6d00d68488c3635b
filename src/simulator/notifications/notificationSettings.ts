import { z } from 'zod';

/** How the notification channels of a simulated organisation behave. Sources of the defaults: section by section in `channels.ts`. */
export const NotificationSettings = z.strictObject({
  /** (Default: 30 s) */
  heartbeatSeconds: z.number().positive().default(30),
  /** How long after `v2.system.socket_closing` the server closes. (Default: 60 s) */
  closingNoticeSeconds: z.number().nonnegative().default(60),
  /** Channels of one user and app; one more evicts one. (Default: 20) */
  channelsPerApp: z.number().int().positive().default(20),
  /** (Default: 1,000) */
  topicsPerChannel: z.number().int().positive().default(1000),
  /** A channel's life, which each subscription begins anew. (Default: 24 h) */
  channelLifetimeSeconds: z.number().positive().default(86_400),
  /**
   * Whether topics of users (`v2.users.{id}…`) are refused, as they may be to a client that stands for no user. Which of the two
   * Genesys does is not documented. (Default: false)
   */
  rejectUserTopics: z.boolean().default(false),
});
export type NotificationSettings = z.infer<typeof NotificationSettings>;
