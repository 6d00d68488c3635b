import { z } from 'zod';
import type { LimitSettings } from './limitSettings.js';

const Count = z.number().int().positive();

const SUCH = 'a change is {"factor": 0.5}, or other quantities such as {"calls": 20, "windowSeconds": 60}';

/** What `PATCH control/limits/<name>` takes: other quantities, or a factor for all of them. */
export const LimitChange = z.union(
  [
    z.strictObject({ factor: z.number().positive() }),
    z
      .strictObject({
        calls: Count,
        windowSeconds: z.number().positive(),
        burst: Count,
        perSecond: z.number().positive(),
        jobs: Count,
      })
      .partial()
      .refine((change) => Object.keys(change).length > 0, SUCH),
  ],
  SUCH,
);
export type LimitChange = z.infer<typeof LimitChange>;

/** The quantities in a change that a limit of that shape does not have. */
export function missingIn(limit: LimitSettings, change: LimitChange): string[] {
  return Object.keys(change).filter((quantity) => quantity !== 'factor' && !(quantity in limit));
}
