import type { DatasetName } from '../domain/exportWindow.js';

/** Fact tables of each dataset. All have `management_unit_id` and `local_date`: by them rows are replaced and counted. */
export const FACT_TABLES: Readonly<Record<DatasetName, readonly string[]>> = {
  adherence: ['adherence_day', 'adherence_exception', 'adherence_actual'],
  occupancy: ['occupancy_interval'],
  schedules: ['schedule_shift', 'schedule_activity'],
};
