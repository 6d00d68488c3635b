/** A notification channel as it was created. */
export interface Channel {
  readonly id: string;
  /** Where its socket is. Whoever has it can listen: never to be logged, stored or put into a workflow history. */
  readonly connectUri: string;
  /** By Genesys's clock, milliseconds since the epoch; null where it does not say. */
  readonly expiresMs: number | null;
}

/** What became of the wish to subscribe to one topic. */
export interface TopicAnswer {
  readonly topic: string;
  readonly permitted: boolean;
  /** Genesys's code or words; null where the topic is permitted. */
  readonly reason: string | null;
  readonly missingPermissions: readonly string[];
}

/**
 * Calls about notification channels, as a listener needs them. Each is one call of the API.
 *
 * Throws `Failure` as every call does; `Expired` where the channel is not known any more.
 */
export interface ChannelCalls {
  /** The 21st channel of a client takes the place of the one used longest ago. */
  createChannel(): Promise<Channel>;
  /**
   * Makes these the topics of a channel, or adds them to those it has. Topics for which a permission is missing are told in the answer
   * and keep none of the others from being subscribed to.
   *
   * @throws Failure `InvalidInput` where a topic does not exist: then none of them was subscribed to.
   */
  subscribe(channelId: string, topics: readonly string[], how: 'replace' | 'add'): Promise<readonly TopicAnswer[]>;
  subscribedTopics(channelId: string): Promise<readonly string[]>;
  /** Lets go of all topics of a channel: there is no call that deletes one, it expires. */
  unsubscribe(channelId: string): Promise<void>;
  isChannelAlive(channelId: string): Promise<boolean>;
}
