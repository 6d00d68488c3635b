import type { ScheduleFact } from './syncFacts.js';
import type { SyncMemory } from './syncMemory.js';

/** Forgets that schedules were seen of which no snapshot could be had: the next round asks for them again. */
export function withoutCursors(memory: SyncMemory, missing: readonly ScheduleFact[]): SyncMemory {
  if (missing.length === 0) return memory;
  const schedules = Object.fromEntries(
    Object.entries(memory.schedules).map(([unit, versions]) => [
      unit,
      Object.fromEntries(
        Object.entries(versions).filter(
          ([id]) => !missing.some((schedule) => schedule.businessUnitId === unit && schedule.id === id),
        ),
      ),
    ]),
  );
  return { ...memory, schedules };
}
