import { z } from 'zod';

/** What came through a channel's socket. */
export type ChannelMessage =
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'pong' }
  /** The server closes the socket in about a minute. */
  | { readonly kind: 'closing' }
  /** The channel's topics are others now. */
  | { readonly kind: 'subscriptionChanged' }
  /** The channel delivers nothing any more. */
  | { readonly kind: 'over'; readonly cause: 'unsubscribed' | 'tokenRevoked'; readonly reason: string | null }
  | { readonly kind: 'event'; readonly topic: string; readonly body: unknown }
  | { readonly kind: 'unreadable'; readonly why: string };

const Envelope = z.object({ topicName: z.string().min(1), eventBody: z.unknown() });
const SystemBody = z.object({
  message: z.string().nullish().catch(null),
  systemTopicType: z.string().nullish().catch(null),
  reason: z.string().nullish().catch(null),
});

/**
 * Reads the envelope of a message. Throws nothing: what cannot be read says why, without anything of its contents.
 *
 * Source of the system messages: Genesys's guide to notifications, and `SystemMessageSystemMessage` of the official SDKs
 * (`no_longer_subscribed`, `subscription_changed`, `token_revoked`).
 */
export function readMessage(text: string): ChannelMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', why: 'it is not JSON' };
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return { kind: 'unreadable', why: 'it names no topic' };
  const { topicName, eventBody } = envelope.data;
  const topic = topicName.toLowerCase();
  if (topic === 'channel.metadata') {
    const isPong = /^pong$/i.test(SystemBody.safeParse(eventBody).data?.message ?? '');
    return { kind: isPong ? 'pong' : 'heartbeat' };
  }
  return topic.startsWith('v2.system.')
    ? systemMessage(topic, eventBody)
    : { kind: 'event', topic: topicName, body: eventBody };
}

/** One that is not known is as good as a heartbeat: it says that the channel is alive. */
function systemMessage(topic: string, body: unknown): ChannelMessage {
  const { systemTopicType, reason = null } = SystemBody.safeParse(body).data ?? {};
  const is = (type: string) => topic.startsWith(`v2.system.${type}`) || systemTopicType?.toLowerCase() === type;
  if (is('socket_closing')) return { kind: 'closing' };
  if (is('token_revoked')) return { kind: 'over', cause: 'tokenRevoked', reason };
  if (is('no_longer_subscribed')) return { kind: 'over', cause: 'unsubscribed', reason };
  return { kind: is('subscription_changed') ? 'subscriptionChanged' : 'heartbeat' };
}
