import { z } from 'zod';
import { isFailure } from '../domain/failure.js';
import type { Channel, ChannelCalls, TopicAnswer } from '../domain/live/channelCalls.js';
import type { CallAnswer } from './apiCall.js';
import { decoded } from './decoders.js';
import { type Endpoint, ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** A topic that there is, with `{id}` in place of ids. */
export interface AvailableTopic {
  readonly id: string;
  readonly requiresPermissions: readonly string[];
  /** Whether only the user whom it is about may subscribe: a client of credentials is no user. */
  readonly requiresCurrentUser: boolean;
}

/** Notification channels and their topics. */
export interface NotificationCalls extends ChannelCalls {
  /** Channels of this client: all tokens together, of which 20 may be. */
  channels(): Promise<readonly { id: string }[]>;
  availableTopics(): Promise<readonly AvailableTopic[]>;
}

const text = z.string().min(1);

export const ChannelAnswer = z.object({
  id: text,
  connectUri: text,
  expires: z.iso.datetime({ offset: true }).nullish().catch(null),
});

export const ChannelsAnswer = z.object({ entities: z.array(z.object({ id: z.string().nullish() })).nullish() });

export const TopicsAnswer = z.object({
  entities: z
    .array(
      z.object({
        id: text,
        state: z.string().nullish(),
        rejectionReason: z.string().nullish(),
        missingPermissions: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});

export const AvailableTopicsAnswer = z.object({
  entities: z.array(
    z.object({
      id: text,
      requiresPermissions: z.array(z.string()).nullish().catch(null),
      requiresCurrentUser: z.boolean().nullish().catch(null),
    }),
  ),
});

export function notificationCalls({ sdk, make }: LaneCalls): NotificationCalls {
  const { notifications } = sdk;
  return {
    async createChannel() {
      const endpoint = ENDPOINTS.createChannel;
      const answer = await make(endpoint, () => notifications.postNotificationsChannels());
      const { id, connectUri, expires } = decoded(ChannelAnswer, answer, endpoint);
      return { id, connectUri, expiresMs: expires == null ? null : Date.parse(expires) } satisfies Channel;
    },

    async subscribe(channelId, topics, how) {
      const body = topics.map((id) => ({ id }));
      // Without it, one topic for which a permission is missing would keep all of them from being subscribed to.
      const options = { ignoreErrors: true };
      const [endpoint, send] =
        how === 'replace'
          ? [
              ENDPOINTS.replaceSubscriptions,
              () => notifications.putNotificationsChannelSubscriptions(channelId, body, options),
            ]
          : [
              ENDPOINTS.addSubscriptions,
              () => notifications.postNotificationsChannelSubscriptions(channelId, body, options),
            ];
      return topicAnswers(topics, await make(endpoint, send), endpoint);
    },

    async subscribedTopics(channelId) {
      const endpoint = ENDPOINTS.subscriptions;
      const answer = await make(endpoint, () => notifications.getNotificationsChannelSubscriptions(channelId));
      const { entities } = decoded(TopicsAnswer, answer, endpoint);
      return (entities ?? []).filter(isPermitted).map(({ id }) => id);
    },

    async unsubscribe(channelId) {
      await make(ENDPOINTS.deleteSubscriptions, () => notifications.deleteNotificationsChannelSubscriptions(channelId));
    },

    async isChannelAlive(channelId) {
      try {
        await make(ENDPOINTS.channel, () => notifications.headNotificationsChannel(channelId));
        return true;
      } catch (error) {
        if (isFailure(error, 'Expired')) return false;
        throw error;
      }
    },

    async channels() {
      const endpoint = ENDPOINTS.channels;
      const answer = await make(endpoint, () =>
        notifications.getNotificationsChannels({ includechannels: 'oauthclient' }),
      );
      const { entities } = decoded(ChannelsAnswer, answer, endpoint);
      return (entities ?? []).map(({ id }) => ({ id: id ?? '' }));
    },

    async availableTopics() {
      const endpoint = ENDPOINTS.availableTopics;
      const answer = await make(endpoint, () =>
        notifications.getNotificationsAvailabletopics({ expand: ['requiresPermissions'] }),
      );
      return decoded(AvailableTopicsAnswer, answer, endpoint).entities.map((topic) => ({
        id: topic.id,
        requiresPermissions: topic.requiresPermissions ?? [],
        requiresCurrentUser: topic.requiresCurrentUser ?? false,
      }));
    },
  };
}

type Told = NonNullable<z.infer<typeof TopicsAnswer>['entities']>[number];

/** What was not answered for was not subscribed to. */
function topicAnswers(topics: readonly string[], answer: CallAnswer, endpoint: Endpoint): TopicAnswer[] {
  const { entities } = decoded(TopicsAnswer, answer, endpoint);
  const told = new Map((entities ?? []).map((topic) => [topic.id.toLowerCase(), topic]));
  return topics.map((topic) => topicAnswer(topic, told.get(topic.toLowerCase())));
}

function topicAnswer(topic: string, told: Told | undefined): TopicAnswer {
  if (told !== undefined && isPermitted(told)) return { topic, permitted: true, reason: null, missingPermissions: [] };
  const reason = told === undefined ? 'not in the answer' : (told.rejectionReason ?? 'rejected without a reason');
  return { topic, permitted: false, reason, missingPermissions: told?.missingPermissions ?? [] };
}

function isPermitted({ state }: Told): boolean {
  return state == null || /^permitted$/i.test(state);
}
