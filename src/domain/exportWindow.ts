import { z } from 'zod';

/** Datasets that `historyExport` knows. A dataset is one file in `src/datasets`. */
export const DATASET_NAMES = ['adherence', 'occupancy', 'schedules'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** A calendar date, `yyyy-MM-dd`, local to a management unit. */
export type LocalDate = string;

/** An identifier from outside that may become part of a path, a workflow id or a URL. */
export const ExternalId = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/, 'not an identifier');

const LocalDateText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/**
 * One dataset × management unit × local date range: the unit of export.
 *
 * `from` inclusive and `to` exclusive are local dates; `startAt` and `endAt` are the UTC instants of their local midnights.
 */
export const ExportWindow = z.object({
  dataset: z.enum(DATASET_NAMES),
  managementUnitId: ExternalId,
  businessUnitId: ExternalId,
  /** IANA zone of the unit. */
  timeZone: z.string().min(1).max(64),
  from: LocalDateText,
  to: LocalDateText,
  startAt: z.string(),
  endAt: z.string(),
  /** For schedules: first days of the weeks that it touches, as the business unit counts weeks. */
  weekDates: z.array(LocalDateText).min(1).max(8).optional(),
});
export type ExportWindow = z.infer<typeof ExportWindow>;

/** The window's id, which is also the id of the workflow that exports it and the folder of its seals. */
export function windowId(window: Pick<ExportWindow, 'dataset' | 'managementUnitId' | 'from' | 'to'>): string {
  return `export/${window.dataset}/${window.managementUnitId}/${window.from}_${window.to}`;
}
