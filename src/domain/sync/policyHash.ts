import { contentHash } from '../contentHash.js';
import type { SyncPolicy } from './syncPolicy.js';

/** SHA-256 of a policy as it was decoded, defaults included: what `enable` holds for, and nothing else. */
export function policyHash(policy: SyncPolicy): string {
  return contentHash(policy);
}
