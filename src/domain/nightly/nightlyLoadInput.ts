import { z } from 'zod';
import { HistoryExportInput } from '../historyExportInput.js';

const { datasets, managementUnits, exceptions, actuals, windowDays, maxParallelWindows } = HistoryExportInput.shape;

/** Days that a nightly load looks back beyond those that Genesys still restates, for nights that were missed. */
const DEFAULT_LOOK_BACK_DAYS = 14;

/** Days that Genesys may still restate, read again each night; as `export.provisionalDays` of the worker unless given. */
export const HorizonDays = z.number().int().min(0).max(60).optional();

export const LookBackDays = z.number().int().min(0).max(400).default(DEFAULT_LOOK_BACK_DAYS);

/**
 * Input of the workflow `nightlyLoad`, as people type it. Everything has a default: `{}` loads what `export start` does, of all units.
 *
 * `nominalTime` (an instant) is for runs that no schedule starts; a schedule's own goes before it.
 */
export const NightlyLoadInput = z.strictObject({
  datasets,
  managementUnits,
  exceptions,
  actuals,
  windowDays,
  maxParallelWindows,
  /** Zone of the schedule's time of day: tells the two times apart that a clock shows twice. */
  timeZone: z.string().min(1).max(64).default('UTC'),
  horizonDays: HorizonDays,
  lookBackDays: LookBackDays,
  nominalTime: z.iso.datetime({ offset: true, error: 'not an instant such as 2026-11-22T02:30:00Z' }).optional(),
});
export type NightlyLoadInput = z.infer<typeof NightlyLoadInput>;
