import { type Random, seededRandom } from '../../src/simulator/data/seededRandom.js';

/**
 * What befalls a listener: its worker killed, the socket cut, nothing coming any more (with and without answers to pings), the token
 * revoked, the channel evicted; the socket closed after a notice; the socket cut while new channels are refused for a while.
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
] as const;
export type ListenerStrike = (typeof LISTENER_STRIKES)[number];

/** Those that the figures are about: they come at least twice as often as the others. */
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
  const deck: ListenerStrike[] = [];
  while (deck.length < count)
    deck.push(...shuffled([...kinds, ...kinds.filter((kind) => OFTEN.includes(kind))], random));
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
