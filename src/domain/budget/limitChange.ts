import { z } from 'zod';
import { FAMILIES } from '../family.js';
import { RateText } from './rate.js';

/** The limit of `token` is the API's own, counted by it: it cannot be set. */
const LimitedFamily = z.enum(FAMILIES, `not a family whose limit can be set: one of ${FAMILIES.join(', ')}`);

/** Update `setLimit`: the rate that an operator sets, which goes before what is learnt. */
export const SetLimit = z.strictObject({ family: LimitedFamily, rate: RateText });
export type SetLimit = z.infer<typeof SetLimit>;

/** Update `forgetLimit`: what was set and what was learnt of the family is dropped; a gate that Genesys named stays closed. */
export const ForgetLimit = z.strictObject({ family: LimitedFamily });
export type ForgetLimit = z.infer<typeof ForgetLimit>;
