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

/** So many trunks go down and come back, the most preferred ones: less than half of fifteen, or the sync would ask for approval. */
const SHAKY = 6;

/**
 * The events of a storm, in order: trunks of all carriers go down, come back and go down again, while schedules are edited all the time.
 *
 * @param trunkBases in order of preference.
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
  const shaky = trunkBases.slice(0, SHAKY);
  const down = new Set<string>();
  const failovers = spread(size.failovers).map((atMs) => {
    const trunkBase = random.pick(shaky);
    const connected = down.delete(trunkBase);
    if (!connected) down.add(trunkBase);
    return { atMs, kind: 'trunk' as const, trunkBase, connected };
  });
  return [...edits, ...failovers].sort((one, other) => one.atMs - other.atMs);
}
