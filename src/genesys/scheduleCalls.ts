import { z } from 'zod';
import type { ScheduleFact } from '../domain/sync/syncFacts.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** A business unit with what its schedules' weeks are counted by. */
export interface BusinessUnit {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  /** Day that its weeks begin with, such as `Monday`. */
  readonly startDayOfWeek: string;
}

/** Schedules of business units. */
export interface ScheduleCalls {
  businessUnit(businessUnitId: string): Promise<ApiAnswer<BusinessUnit>>;
  /**
   * Published schedules that span the week which begins on `weekDate` (a first day of the business unit's weeks); without one, those of
   * 26 weeks before now to 26 after. Drafts are left out.
   */
  publishedSchedules(businessUnitId: string, weekDate?: string): Promise<ApiAnswer<ScheduleFact[]>>;
}

const id = z.string().min(1);

export const BusinessUnitAnswer = z.object({
  id,
  name: z.string(),
  settings: z.object({ timeZone: z.string().min(1), startDayOfWeek: z.string().min(1) }),
});

export const SchedulesAnswer = z.object({
  entities: z.array(
    z.object({
      id,
      weekDate: z.iso.date(),
      weekCount: z.number().int().positive(),
      published: z.boolean(),
      metadata: z.object({ version: z.number().int().nonnegative() }),
    }),
  ),
});

export function scheduleCalls({ sdk, make }: LaneCalls): ScheduleCalls {
  const { workforceManagement } = sdk;
  return {
    async businessUnit(businessUnitId) {
      const endpoint = ENDPOINTS.businessUnit;
      const answer = await make(endpoint, () =>
        workforceManagement.getWorkforcemanagementBusinessunit(businessUnitId, { expand: ['settings'] }),
      );
      const { settings, ...unit } = decoded(BusinessUnitAnswer, answer, endpoint);
      return answered(answer, { ...unit, ...settings });
    },

    async publishedSchedules(businessUnitId, weekDate = 'recent') {
      const endpoint = ENDPOINTS.publishedSchedules;
      const answer = await make(endpoint, () =>
        workforceManagement.getWorkforcemanagementBusinessunitWeekSchedules(businessUnitId, weekDate, {
          includeOnlyPublished: true,
        }),
      );
      const schedules = decoded(SchedulesAnswer, answer, endpoint)
        .entities.filter(({ published }) => published)
        .map(({ id: scheduleId, weekDate, weekCount, metadata }) => ({
          businessUnitId,
          id: scheduleId,
          weekDate,
          weekCount,
          version: metadata.version,
        }));
      return answered(answer, schedules);
    },
  };
}
