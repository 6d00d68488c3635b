import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/apiError.js';
import { grants } from '../api/rights.js';
import type { SimulatorContext } from '../simulatorContext.js';
import type { Channel } from './channels.js';
import { isThere, TOPIC_KINDS, topicOf } from './topics.js';

const CHANNELS = '/api/v2/notifications/channels';
const Topics = z.array(z.object({ id: z.string().min(1) }));

interface OfChannel {
  Params: { channelId: string };
  Querystring: { ignoreErrors?: string };
}

/** A topic that is subscribed to, or that is not and why. */
interface TopicAnswer {
  readonly id: string;
  readonly state: 'Permitted' | 'Rejected';
  readonly rejectionReason?: string;
  readonly missingPermissions?: readonly string[];
  readonly error?: ApiError;
}

/**
 * Notification channels: made, listed, looked for (HEAD), and their subscriptions replaced (PUT), added to (POST), read and removed.
 *
 * One topic that is refused refuses the whole call, unless `ignoreErrors=true`: then the answer says of each topic what became of it.
 * `includechannels=oauthclient` lists the channels of a client's other tokens too, without their ids.
 */
export function channelRoutes(api: FastifyInstance, context: SimulatorContext, baseUrl: () => string): void {
  const { channels, eventSource } = context;

  api.post(CHANNELS, (request) => bodyOf(channels.create(request.clientId, tokenOf(request.headers.authorization))));

  api.get<{ Querystring: { includechannels?: string } }>(CHANNELS, (request) => {
    const own = channels.all().filter(({ clientId }) => clientId === request.clientId);
    const token = tokenOf(request.headers.authorization);
    const ofToken = own.filter((channel) => channel.token === token);
    const others = request.query.includechannels === 'oauthclient' ? own.length - ofToken.length : 0;
    return { entities: [...ofToken.map(bodyOf), ...Array.from({ length: others }, () => ({}))] };
  });

  api.head<OfChannel>(`${CHANNELS}/:channelId`, (request, reply) => {
    channelOf(request.clientId, request.params.channelId);
    return reply.send();
  });

  api.get('/api/v2/notifications/availabletopics', () => ({
    entities: TOPIC_KINDS.map((kind) => ({
      id: kind.template,
      description: kind.description,
      requiresPermissions: kind.permissions,
      requiresCurrentUser: kind.ofUser,
      visibility: 'Public',
      transports: ['All'],
      topicParameters: ['id'],
    })),
  }));

  const subscriptions = `${CHANNELS}/:channelId/subscriptions`;
  api.get<OfChannel>(subscriptions, (request) => {
    const { topics } = channelOf(request.clientId, request.params.channelId);
    return { entities: [...topics].map((id) => ({ id, state: 'Permitted', selfUri: selfUri(id) })) };
  });
  api.delete<OfChannel>(subscriptions, (request, reply) => {
    channels.subscribe(channelOf(request.clientId, request.params.channelId), new Set());
    return reply.code(204).send();
  });
  api.put<OfChannel>(subscriptions, (request) => {
    const channel = channelOf(request.clientId, request.params.channelId);
    return subscribe(channel, new Set(), request.body, request.query.ignoreErrors === 'true');
  });
  api.post<OfChannel>(subscriptions, (request) => {
    const channel = channelOf(request.clientId, request.params.channelId);
    return subscribe(channel, channel.topics, request.body, request.query.ignoreErrors === 'true');
  });

  function subscribe(channel: Channel, kept: ReadonlySet<string>, body: unknown, ignoreErrors: boolean) {
    const asked = Topics.safeParse(body);
    if (!asked.success) throw new ApiError(400, 'bad.request', 'A list of topics was expected, each with its id.');
    const answers = [...new Set(asked.data.map(({ id }) => id))].map(judged);
    const refused = answers.find(({ error }) => error !== undefined);
    if (refused?.error && !ignoreErrors) throw refused.error;
    const permitted = answers.filter(({ state }) => state === 'Permitted').map(({ id }) => id);
    const topics = new Set([...kept, ...permitted]);
    if (topics.size > channels.settings.topicsPerChannel)
      throw new ApiError(
        400,
        'notification.subscription.too.many.subscriptions',
        `A channel can have at most ${channels.settings.topicsPerChannel.toString()} topics.`,
      );
    channels.subscribe(channel, topics);
    return {
      entities: answers.map(({ id, state, rejectionReason, missingPermissions }) => ({
        id,
        state,
        ...(rejectionReason !== undefined && { rejectionReason }),
        ...(missingPermissions !== undefined && { missingPermissions }),
        selfUri: selfUri(id),
      })),
    };
  }

  function judged(id: string): TopicAnswer {
    const topic = topicOf(id);
    if (!topic || eventSource.hasVanished(id) || !isThere(context, topic.kind, topic.id)) {
      const error = new ApiError(400, 'notification.invalid.topic', `The topic ${id} is not valid.`);
      return { id, state: 'Rejected', rejectionReason: error.message, error };
    }
    const { permissions, ofUser } = topic.kind;
    const lacks = permissions.length > 0 && !permissions.some((name) => grants(context, name));
    if (!lacks && !(ofUser && channels.rejectsUserTopics)) return { id, state: 'Permitted' };
    const missingPermissions = lacks ? permissions : [];
    const why = lacks
      ? `The user does not have permission "${permissions.join(', ')}" required for topic "${id}"`
      : `The topic "${id}" is for its user alone`;
    const error = new ApiError(403, 'notification.unauthorized.topic', why);
    return { id, state: 'Rejected', rejectionReason: why, missingPermissions, error };
  }

  function channelOf(clientId: string, channelId: string): Channel {
    const channel = channels.of(channelId);
    if (channel?.clientId !== clientId) throw new ApiError(404, 'not.found', `Channel ${channelId} was not found`);
    return channel;
  }

  function bodyOf({ id, expiresMs }: Channel) {
    return {
      id,
      connectUri: `${baseUrl().replace(/^http/, 'ws')}/channels/${id}`,
      expires: new Date(expiresMs).toISOString(),
    };
  }
}

function tokenOf(authorization: string | undefined): string {
  return (authorization ?? '').replace(/^Bearer /i, '');
}

function selfUri(topic: string): string {
  return `/api/v2/notifications/availabletopics?id=${encodeURIComponent(topic)}`;
}
