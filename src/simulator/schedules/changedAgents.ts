import type { Shift } from './plannedShifts.js';

/** An agent with other shifts in a unit than before. */
export interface ChangedAgent {
  readonly userId: string;
  readonly unitId: string;
}

/** Whose shifts differ between two plans of one week. */
export function changedAgents(before: readonly Shift[], after: readonly Shift[]): ChangedAgent[] {
  const [old, now] = [byAgent(before), byAgent(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => old.get(key) !== now.get(key))
    .map((key) => {
      const [userId = '', unitId = ''] = key.split(' ');
      return { userId, unitId };
    });
}

function byAgent(shifts: readonly Shift[]): ReadonlyMap<string, string> {
  const agents = new Map<string, string>();
  for (const { id, userId, unit, start, end } of shifts) {
    const key = `${userId} ${unit.id}`;
    agents.set(key, `${agents.get(key) ?? ''} ${id} ${start.toString()} ${end.toString()}`);
  }
  return agents;
}
