import { z } from 'zod';

const Share = z.number().min(0).max(1);
const Date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'not a date: write it as 2024-12-25');

/**
 * `coverage:` of the configuration: when a day counts as late, and when as poorer than it should be.
 *
 * Strict, because a misspelt key must not pass unseen.
 */
export const CoverageRules = z.strictObject({
  /** Hours after its end by which the last local day is expected to be there, where a nightly load brings it. */
  expectedAfterHours: z
    .number()
    .min(0)
    .max(24 * 14)
    .default(12),
  /** Earlier days of the same weekday that a day is compared with. */
  comparableWeeks: z.number().int().min(1).max(52).default(6),
  /** With fewer answered days to compare with, a day is not judged. */
  leastComparable: z.number().int().min(1).max(52).default(3),
  /** Share of the comparable days' median below which agents have fallen; 0 switches it off. */
  agentsShare: Share.default(0.5),
  /** The same for rows. */
  rowsShare: Share.default(0.5),
  /** Where comparable days have fewer agents than this, a day is not judged: two people off sick are no fault. */
  leastAgents: z.number().int().min(1).default(5),
  /** Days after Genesys ceased to restate a day within which it is to be read a last time. */
  settleWithinDays: z.number().int().min(0).max(400).default(14),
  /** Local days on which fewer people work: holidays. They are not judged by comparison. */
  quietDays: z.array(Date).max(5000).default([]),
  /** Units that are closed: of which nothing is expected from a day on. By id or exact name. */
  closedUnits: z
    .array(z.strictObject({ unit: z.string().min(1).max(200), from: Date }))
    .max(1000)
    .default([]),
});
export type CoverageRules = z.infer<typeof CoverageRules>;
