/** How long a channel lives from its last subscription on. Source: Genesys's guide to notifications. */
export const CHANNEL_LIFE_MS = 24 * 60 * 60_000;

/** Share of its life after which a channel is renewed, which subscribing anew does. */
const RENEW_AFTER = 1 / 2;
/** Share of its life after which one that could not be renewed is replaced by another. */
const REPLACE_AFTER = 7 / 8;

/** A channel's life: what Genesys says of a new one, where that can be. Milliseconds. */
export function lifeMs(expiresMs: number | null, nowMs: number): number {
  const said = expiresMs === null ? CHANNEL_LIFE_MS : expiresMs - nowMs;
  return said > 0 ? Math.min(said, CHANNEL_LIFE_MS) : CHANNEL_LIFE_MS;
}

/** What a channel of some age, counted from its last renewal, needs. */
export function renewalDue(ageMs: number, life: number): 'nothing' | 'renewal' | 'replacement' {
  if (ageMs >= life * REPLACE_AFTER) return 'replacement';
  return ageMs >= life * RENEW_AFTER ? 'renewal' : 'nothing';
}
