import { Failure } from '../failure.js';
import { type LiveWatch, NOTHING_WATCHED } from './liveWatch.js';
import { topicsOf, watchOfTopics } from './topics.js';

/** Topics that one channel takes. Source: `MAX_SUBSCRIBABLE_TOPICS` of Genesys's streaming client. */
export const TOPICS_A_CHANNEL = 1_000;

/** Channels that a client may have; one more takes the place of the oldest. Source: documentation of the call that creates one. */
export const CHANNELS_A_CLIENT = 20;

/**
 * What each channel shall carry: every topic in exactly one, in no more channels than there have to be.
 *
 * @param channels how many there may be.
 * @param before what channels carry now: what stays wanted stays where it is, and one that is left with nothing carries nothing.
 * @returns as many as before, in their order; then what new ones are for.
 * @throws Failure `InvalidInput` where there are more topics than all channels take together: none is left out without a word.
 */
export function channelPlan(
  watch: LiveWatch,
  channels = CHANNELS_A_CLIENT,
  before: readonly LiveWatch[] = [],
): LiveWatch[] {
  const topics = topicsOf(watch);
  const most = TOPICS_A_CHANNEL * channels;
  if (topics.length > most)
    throw new Failure(
      'InvalidInput',
      `The live feed is to listen to ${topics.length} topics; ${channels} channels of ` +
        `${TOPICS_A_CHANNEL}, which is what Genesys gives a client, carry ${most}. Nothing was subscribed to. Watch fewer units, or leave out the routing statuses.`,
    );
  const left = new Set(topics);
  const carried = before.map((part) => topicsOf(part).filter((topic) => left.delete(topic)));
  const waiting = [...left];
  for (const part of carried) {
    // One that carries nothing is let go of, where the others have room.
    if (part.length > 0) part.push(...waiting.splice(0, TOPICS_A_CHANNEL - part.length));
  }
  while (waiting.length > 0) carried.push(waiting.splice(0, TOPICS_A_CHANNEL));
  return carried.map((part) => (part.length === 0 ? NOTHING_WATCHED : watchOfTopics(watch, part)));
}
