import { z } from 'zod';
import { ACCESS_FAULTS } from './accessFaults.js';
import { CALL_FAULTS } from './callFaults.js';
import { RESULT_FAULTS } from './resultFaults.js';

/** A fault to inject, as `POST control/faults` takes it. Each kind says what it does where it is declared. */
export const Fault = z.discriminatedUnion('kind', [...CALL_FAULTS, ...RESULT_FAULTS, ...ACCESS_FAULTS]);
export type Fault = z.infer<typeof Fault>;
/** A fault as people write it: what has a default may be left out. */
export type FaultInput = z.input<typeof Fault>;
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;
