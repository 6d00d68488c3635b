import type { SimulatorContext } from '../simulatorContext.js';
import type { Fault } from './fault.js';

/** Arms a fault, or carries it out where it is one that happens at once. @returns its id. */
export function armFault(
  { faults, tokens, channels }: Pick<SimulatorContext, 'faults' | 'tokens' | 'channels'>,
  fault: Fault,
): string {
  if (fault.kind === 'tokenRevoked') {
    tokens.revokeAll();
    channels.tokensRevoked();
  }
  return faults.add(fault);
}
