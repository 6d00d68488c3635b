import type { SimulatorContext } from '../simulatorContext.js';
import type { Fault } from './fault.js';

/** Arms a fault, or carries it out where it is one that happens at once. @returns its id. */
export function armFault({ faults, tokens }: Pick<SimulatorContext, 'faults' | 'tokens'>, fault: Fault): string {
  if (fault.kind === 'tokenRevoked') tokens.revokeAll();
  return faults.add(fault);
}
