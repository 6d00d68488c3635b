import type { Family } from './family.js';

/** Families that change something in the organisation: the trunk sync's, few calls at a time. */
const WRITE_FAMILIES = ['telephony-writes', 'datatable-writes', 'outbound-writes'] as const satisfies readonly Family[];

/** Families that have activities: only their queues are polled and given rates. */
export const WORKED_FAMILIES = [
  'reads',
  'wfm-jobs',
  'analytics',
  ...WRITE_FAMILIES,
] as const satisfies readonly Family[];

/** Whether calls of a family change something. */
export function isWriteFamily(family: Family): boolean {
  return (WRITE_FAMILIES as readonly Family[]).includes(family);
}

/** Default prefix of every task queue; `ROSTERLINE_TASK_QUEUE` changes it. */
export const DEFAULT_TASK_QUEUE = 'rosterline';

/** Queue of what only the owner of the warehouse may do: the embedded warehouse has one writer. */
export function warehouseQueue(prefix: string): string {
  return `${prefix}-warehouse`;
}

/** Queue whose every activity attempt is at most one API call of the family, so that a rate on the queue is a rate of calls. */
export function familyQueue(prefix: string, family: Family): string {
  return `${prefix}-genesys-${family}`;
}

/** Queue without a rate, for calls of the `failover` lane of every family: they obey gates alone, and are paid for by the family's rate. */
export function urgentQueue(prefix: string): string {
  return `${prefix}-genesys-urgent`;
}

/** Queue of the one listener of an organisation: polled by who may write the live rows. */
export function listenerQueue(prefix: string): string {
  return `${prefix}-listener`;
}
