import { type Random, seededRandom } from '../../src/simulator/data/seededRandom.js';

/**
 * What befalls a listener: its worker killed; the socket cut; nothing coming any more; the token revoked; the channel evicted; the socket
 * closed after a notice; nothing coming, but answers to pings (`deaf`); the socket cut while new channels are refused for a while; its
 * worker stopped until another has taken over, and then woken (`frozen`); the Temporal server away for longer than a heartbeat may
 * take; messages that cannot be read.
 */
export const LISTENER_STRIKES = [
  'worker',
  'cut',
  'silence',
  'revoked',
  'evicted',
  'closing',
  'deaf',
  'refused',
  'frozen',
  'temporal',
  'garbled',
] as const;
export type ListenerStrike = (typeof LISTENER_STRIKES)[number];

/** Those that are to be over within 15 s: they come three times as often as the others. */
const OFTEN: readonly ListenerStrike[] = ['worker', 'cut', 'silence', 'revoked'];

/** One strike as drawn. */
export interface DrawnListenerStrike {
  readonly kind: ListenerStrike;
  /** After the feed was whole again. */
  readonly afterMs: number;
  /** Whether trunks or schedules change while nobody listens. */
  readonly changes: boolean;
}

/** Strikes in a random order by seed, each kind as often as the others of its sort (once more at most). */
export function drawListenerStrikes(
  seed: number,
  count: number,
  kinds: readonly ListenerStrike[] = LISTENER_STRIKES,
): DrawnListenerStrike[] {
  const random = seededRandom(seed, 'listener strikes');
  const often = kinds.filter((kind) => OFTEN.includes(kind));
  const deck: ListenerStrike[] = [];
  while (deck.length < count) deck.push(...shuffled([...kinds, ...often, ...often], random));
  return deck.slice(0, count).map((kind) => ({
    kind,
    afterMs: random.integer(200, 2000),
    changes: random.chance(0.5),
  }));
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => ({ one, at: random.next() }))
    .sort((first, second) => first.at - second.at)
    .map(({ one }) => one);
}
