import { z } from 'zod';
import { DATASET_NAMES } from '../exportWindow.js';

const LocalDate = z.iso.date({ error: 'not a day of the calendar: write it as 2026-11-01' });

/** Which days are asked about: `from` inclusive, `to` exclusive, local dates of each unit. What is left out is everything. */
export const CoverageChoice = z
  .strictObject({
    datasets: z.array(z.enum(DATASET_NAMES)).min(1).optional(),
    /** By id or exact name. */
    units: z.array(z.string().min(1).max(200)).min(1).optional(),
    from: LocalDate.optional(),
    to: LocalDate.optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'is not after from; to is exclusive',
  });
export type CoverageChoice = z.infer<typeof CoverageChoice>;
