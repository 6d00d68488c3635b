import { z } from 'zod';
import { FAMILIES } from '../family.js';
import { RateText } from './rate.js';

/** Update `setLimit`: the rate that an operator sets, which goes before what is learnt. */
export const SetLimit = z.strictObject({ family: z.enum(FAMILIES), rate: RateText });
export type SetLimit = z.infer<typeof SetLimit>;

/** Update `forgetLimit`: what was set and what was learnt of the family is dropped; a gate that Genesys named stays closed. */
export const ForgetLimit = z.strictObject({ family: z.enum(FAMILIES) });
export type ForgetLimit = z.infer<typeof ForgetLimit>;
