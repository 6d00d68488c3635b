/** Lanes, most urgent first: which work goes before which when the API's budget is short. */
export const LANES = ['failover', 'sync', 'nightly', 'backfill'] as const;

export type Lane = (typeof LANES)[number];

/** `priorityKey` of a lane's tasks: Temporal dispatches lower ones first, where its server heeds them (1.31 by default). */
export function priorityKeyOf(lane: Lane): number {
  return LANES.indexOf(lane) + 1;
}
