import { z } from 'zod';
import { ScheduleEdit } from '../schedules/scheduleEdit.js';

/** A change of trunks' states, as `POST control/trunks` takes it: which ones (all where none is named), and what becomes of them. */
export const TrunkEvent = z.strictObject({
  trunkBaseIds: z.array(z.string().min(1)).min(1).optional(),
  trunkIds: z.array(z.string().min(1)).min(1).optional(),
  carrier: z.string().min(1).optional(),
  connected: z.boolean().optional(),
  options: z.enum(['up', 'down', 'disabled', 'notSupported']).optional(),
  state: z.enum(['active', 'inactive', 'deleted']).optional(),
  enabled: z.boolean().optional(),
  inService: z.boolean().optional(),
});
export type TrunkEvent = z.infer<typeof TrunkEvent>;

/** A change of an outbound route by hand, as `POST control/routes/<id>` takes it. What is left out stays. */
export const RouteEvent = z.strictObject({
  trunkBaseIds: z.array(z.string().min(1)).optional(),
  enabled: z.boolean().optional(),
  distribution: z.enum(['SEQUENTIAL', 'RANDOM']).optional(),
  description: z.string().optional(),
  /** Who did it, for the audit log. */
  user: z.string().min(1).default('Telephony Administrator'),
});
export type RouteEvent = z.infer<typeof RouteEvent>;

/** One thing that happens to an organisation. */
export const SyncEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trunks'), ...TrunkEvent.shape }),
  z.strictObject({ kind: z.literal('schedules'), ...ScheduleEdit.shape }),
  z.strictObject({ kind: z.literal('route'), id: z.string().min(1), ...RouteEvent.shape }),
  z.strictObject({ kind: z.literal('deleteRow'), key: z.string().min(1) }),
]);
export type SyncEvent = z.infer<typeof SyncEvent>;
export type SyncEventInput = z.input<typeof SyncEvent>;

/** Events and when they happen, counted from now, as `POST control/script` takes them. */
export const SyncScript = z.array(z.strictObject({ afterSeconds: z.number().nonnegative(), event: SyncEvent }));
export type SyncScript = z.infer<typeof SyncScript>;
export type SyncScriptInput = z.input<typeof SyncScript>;
