import { z } from 'zod';
import { CustodyId, HoldRequest, ReleaseRequest } from './legalHold.js';

/** Input of the workflow `legalHold`, whose id is the hold's. */
export const LegalHoldInput = z.object({
  v: z.literal(1),
  holdId: CustodyId,
  /** What to place; null where the hold is to be released only. */
  place: HoldRequest.nullable(),
  /** What one run tells the next. */
  continued: z
    .object({
      objects: z.number(),
      /** Null while it is being placed. */
      release: ReleaseRequest.nullable(),
      /** The document that was released last. */
      after: z.string().nullable(),
    })
    .optional(),
});
export type LegalHoldInput = z.infer<typeof LegalHoldInput>;

/** How far a hold is: answer of the query `holdProgress`, and result of the workflow. */
export interface HoldProgress {
  readonly holdId: string;
  /** `registering`: not in force yet. `holding`: in force for all that arrives, and what is there is being held. */
  readonly state: 'registering' | 'holding' | 'held' | 'releasing' | 'released';
  /** Objects recorded as held, or released, by this run of the workflow. */
  readonly objects: number;
}
