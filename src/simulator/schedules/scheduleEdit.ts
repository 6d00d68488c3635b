import { z } from 'zod';

const AddedShift = z.strictObject({
  userId: z.string().min(1),
  /** (Default: the unit that holds the user today) */
  managementUnitId: z.string().min(1).optional(),
  startDate: z.iso.datetime({ offset: true }),
  lengthMinutes: z.number().int().positive().max(2880),
  /** (Default: Genesys's own for work on queue) */
  activityCodeId: z.string().min(1).optional(),
});

/**
 * What a planner does to the published schedule of a week; each edit counts its version up, one that changes nothing too.
 *
 * Numbers mean that many agents with a shift in the running hour, or without one.
 */
export const ScheduleEdit = z.strictObject({
  businessUnitId: z.string().min(1),
  /** First day of the week. (Default: the running one) */
  weekDate: z.iso.date().optional(),
  /** Whose shifts of the week go. */
  removeAgents: z.union([z.number().int().positive(), z.array(z.string().min(1))]).optional(),
  /** Who comes: by number, for eight hours on queue from the running hour on. */
  addAgents: z.union([z.number().int().positive(), z.array(AddedShift)]).optional(),
  /** No shifts are left in it. */
  clear: z.literal(true).optional(),
  /** Undoes earlier edits of shifts. */
  restore: z.literal(true).optional(),
  /** `draft` publishes the draft in its place; `none` withdraws it, so that the week has no published schedule. Earlier edits of shifts go. */
  publish: z.enum(['draft', 'none']).optional(),
  /** An edit of the schedule that is not published: its version counts up, and nobody is meant to care. */
  draft: z.literal(true).optional(),
});
export type ScheduleEdit = z.infer<typeof ScheduleEdit>;
