import { seededRandom } from '../../../simulator/data/seededRandom.js';

/** What happens at an instant of the storm: a schedule is edited and published, or a trunk goes down or comes back. */
export type StormEvent =
  | { readonly atMs: number; readonly kind: 'schedule'; readonly agents: number }
  | { readonly atMs: number; readonly kind: 'trunk'; readonly trunkBase: string; readonly connected: boolean };

/** How many events in how many seconds. */
export interface StormSize {
  readonly seconds: number;
  readonly edits: number;
  readonly failovers: number;
}

/** The storm that was complained of: 40 schedule edits and 12 failover events in two minutes. */
export const WHOLE_STORM: StormSize = { seconds: 120, edits: 40, failovers: 12 };

/** Trunks go down of the first third that is up: those that carry calls. */
const FROM_FIRST = 3;
/** Of so many failover events one is a trunk that comes back. */
const BACK_EVERY = 3;

/**
 * The events of a storm, in order: trunks of one carrier go down, some come back, while schedules are edited all the time.
 *
 * @param trunkBases of whom trunks go down, in the order in which they are tried; the first carry calls.
 */
export function stormEvents(seed: number, size: StormSize, trunkBases: readonly string[]): StormEvent[] {
  const random = seededRandom(seed, 'storm');
  const spread = (many: number): number[] =>
    Array.from({ length: many }, (_, at) => Math.round(((at + random.next()) / many) * size.seconds * 1000));
  const edits = spread(size.edits).map((atMs) => ({
    atMs,
    kind: 'schedule' as const,
    agents: random.pick([-3, -2, -1, 1, 2, 3]),
  }));
  const down: string[] = [];
  const failovers = spread(size.failovers).map((atMs, at) => {
    const back = at % BACK_EVERY === BACK_EVERY - 1 ? down.shift() : undefined;
    if (back !== undefined) return { atMs, kind: 'trunk' as const, trunkBase: back, connected: true };
    const up = trunkBases.filter((id) => !down.includes(id));
    const trunkBase = random.pick(up.slice(0, Math.ceil(up.length / FROM_FIRST)));
    down.push(trunkBase);
    return { atMs, kind: 'trunk' as const, trunkBase, connected: false };
  });
  return [...edits, ...failovers].sort((one, other) => one.atMs - other.atMs);
}
