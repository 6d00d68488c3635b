import type { ActivityCode } from './activityCodes.js';

/** A management unit. */
export interface Unit {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly startDayOfWeek: string;
  readonly businessUnitId: string;
  /** The business unit's codes: those that schedules of this unit use. */
  readonly activityCodes: readonly ActivityCode[];
}
