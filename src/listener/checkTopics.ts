import { isFailure } from '../domain/failure.js';
import type { TopicAnswer } from '../domain/live/channelCalls.js';
import { renewalDue } from '../domain/live/channelLife.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { watchOfTopics } from '../domain/live/topics.js';
import type { Connection } from './connection.js';
import type { Gaps } from './gaps.js';
import type { ListenerParts } from './listenerParts.js';
import type { OpenChannel } from './openChannel.js';
import { subscribeTopics } from './subscribeTopics.js';

/** What looking after topics takes. */
type CheckParts = Pick<ListenerParts, 'calls' | 'clock' | 'log' | 'settings'> & { readonly gaps: Gaps };

/** What a channel shall carry. */
interface WantedTopics {
  readonly watch: LiveWatch;
  /** Its topics. */
  readonly topics: readonly string[];
}

/** What came of a look at a channel's topics. `gone`: Genesys does not know the channel. */
export type CheckedTopics = 'same' | 'changed' | 'failed' | 'gone';

/**
 * Reads what a channel carries; where a topic vanished, others are wanted, or the channel is to be renewed, subscribes it anew. What
 * was refused is asked for again from time to time: a permission may have been granted meanwhile.
 *
 * What vanished may have been missed since the last look. So may what was refused until now and is permitted: nobody ever heard it.
 * Throws nothing: what fails is tried again soon, and a channel whose life ends meanwhile is to be replaced.
 */
export async function checkTopics(
  parts: CheckParts,
  connection: Connection,
  wanted: WantedTopics,
): Promise<CheckedTopics> {
  const { channel } = connection;
  if (channel === null) return 'same';
  const { clock, log } = parts;
  connection.isDoubted = false;
  try {
    const isChanged = await renewed(parts, connection, channel, wanted);
    connection.failures = 0;
    return isChanged ? 'changed' : 'same';
  } catch (error) {
    connection.failures++;
    log.warn(
      { why: error instanceof Error ? error.message : String(error) },
      'a notification channel could not be checked',
    );
    if (renewalDue(clock.steadyMs() - connection.renewedMs, channel.lifeMs) === 'replacement')
      connection.isClosing = true;
    if (!isFailure(error, 'Expired')) return 'failed';
    channel.socket.close();
    return 'gone';
  }
}

/** @returns whether anything of the connection changed. @throws Failure as the calls do. */
async function renewed(
  { calls, clock, log, settings, gaps }: CheckParts,
  connection: Connection,
  channel: OpenChannel,
  { watch, topics }: WantedTopics,
): Promise<boolean> {
  const askedMs = clock.genesysMs();
  const before = connection.answers;
  const wanted = new Set(topics);
  const permitted = permittedIn(before).filter((topic) => wanted.has(topic));
  const there = new Set((await calls.subscribedTopics(channel.id)).map((topic) => topic.toLowerCase()));
  const vanished = permitted.filter((topic) => !there.has(topic.toLowerCase()));
  const isDue = renewalDue(clock.steadyMs() - connection.renewedMs, channel.lifeMs) !== 'nothing';
  const isWhole = vanished.length > 0 || isDue || connection.topics !== topics;
  const refused = before.filter((answer) => !answer.permitted && wanted.has(answer.topic)).map(({ topic }) => topic);
  const isRefusedDue = clock.steadyMs() - connection.askedRefusedMs >= settings.askRefusedEveryMs;
  if (!isWhole && (refused.length === 0 || !isRefusedDue)) {
    connection.checkedMs = askedMs;
    return false;
  }

  if (vanished.length > 0) log.warn({ topics: vanished.length }, 'topics of a notification channel had vanished');
  const lost =
    vanished.length === 0 ? null : gaps.began('unsubscribed', connection.checkedMs, watchOfTopics(watch, vanished));
  try {
    const after = isWhole
      ? await subscribeTopics(calls, channel.id, topics, 'replace')
      : [...before.filter((answer) => answer.permitted), ...(await subscribeTopics(calls, channel.id, refused, 'add'))];
    const steadyMs = clock.steadyMs();
    // Whether adding topics makes a channel live longer is not documented.
    if (isWhole) connection.renewedMs = steadyMs;
    Object.assign(connection, { topics, answers: after, askedRefusedMs: steadyMs, checkedMs: askedMs });
    const granted = permittedIn(after).filter((topic) => refused.includes(topic));
    if (granted.length > 0) gaps.ended(gaps.began('started', null, watchOfTopics(watch, granted)), clock.genesysMs());
    return true;
  } finally {
    if (lost !== null) gaps.ended(lost, clock.genesysMs());
  }
}

function permittedIn(answers: readonly TopicAnswer[]): string[] {
  return answers.filter(({ permitted }) => permitted).map(({ topic }) => topic);
}
