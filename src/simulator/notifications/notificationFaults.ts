import { z } from 'zod';

const channelId = z.string().min(1).optional();

/**
 * What can befall notification channels, as `POST control/notifications` takes it. Without `channelId` it is about all channels.
 */
export const NotificationFault = z.discriminatedUnion('kind', [
  /** The line is cut, without a close frame. The channel itself goes on. */
  z.strictObject({ kind: z.literal('cut'), channelId }),
  z.strictObject({
    /** The socket stays open, and nothing comes any more, heartbeats included. (Default: for an hour) */
    kind: z.literal('silence'),
    channelId,
    seconds: z.number().positive().default(3600),
    /** Whether pings are answered all the same. */
    pongs: z.boolean().default(false),
  }),
  /** `v2.system.socket_closing`, and then the close. (Default: after `closingNoticeSeconds`) */
  z.strictObject({ kind: z.literal('closing'), channelId, afterSeconds: z.number().nonnegative().optional() }),
  /** The channel is removed, as by the 21st. */
  z.strictObject({ kind: z.literal('evict'), channelId }),
  /** The channel's 24 hours are over. */
  z.strictObject({ kind: z.literal('expire'), channelId }),
  /** Topics of users are refused from now on, or no longer; subscriptions that there are stay. */
  z.strictObject({ kind: z.literal('rejectUserTopics'), on: z.boolean().default(true) }),
  /** A topic is not there any more: channels lose it without a word, subscribing to it is refused. Or it is back. */
  z.strictObject({ kind: z.literal('vanish'), topic: z.string().min(1), back: z.boolean().default(false) }),
  z.strictObject({
    /**
     * The next messages (of a topic that begins so, where one is given) cannot be read: no JSON (`text`), no topic (`envelope`), or a
     * body without what it must have (`body`). What happened did happen.
     */
    kind: z.literal('unparsable'),
    topic: z.string().min(1).optional(),
    as: z.enum(['text', 'envelope', 'body']).default('body'),
    times: z.number().int().positive().default(1),
  }),
  /** Instants inside events are so many seconds late (or early); those of REST are right. 0: all are. */
  z.strictObject({ kind: z.literal('clock'), aheadSeconds: z.number() }),
]);
export type NotificationFault = z.infer<typeof NotificationFault>;
export type NotificationFaultInput = z.input<typeof NotificationFault>;
