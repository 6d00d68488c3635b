import { Failure } from '../failure.js';
import type { LiveWatch } from './liveWatch.js';
import { topicsOf, watchOfTopics } from './topics.js';

/** Topics that one channel takes. Source: `MAX_SUBSCRIBABLE_TOPICS` of Genesys's streaming client. */
export const TOPICS_A_CHANNEL = 1_000;

/** Channels that a client may have; one more takes the place of the oldest. Source: documentation of the call that creates one. */
export const CHANNELS_A_CLIENT = 20;

/**
 * What each channel shall carry: as few channels as there can be, every topic in exactly one.
 *
 * @param channels how many there may be.
 * @throws Failure `InvalidInput` where there are more topics than all channels take together: none is left out without a word.
 */
export function channelPlan(watch: LiveWatch, channels = CHANNELS_A_CLIENT): LiveWatch[] {
  const topics = topicsOf(watch);
  const most = TOPICS_A_CHANNEL * channels;
  if (topics.length > most)
    throw new Failure(
      'InvalidInput',
      `The live feed is to listen to ${topics.length} topics; ${channels} channels of ` +
        `${TOPICS_A_CHANNEL}, which is what Genesys gives a client, carry ${most}. Nothing was subscribed to. Watch fewer units, or leave out the routing statuses.`,
    );
  const plan: LiveWatch[] = [];
  for (let at = 0; at < topics.length; at += TOPICS_A_CHANNEL)
    plan.push(watchOfTopics(watch, topics.slice(at, at + TOPICS_A_CHANNEL)));
  return plan;
}
