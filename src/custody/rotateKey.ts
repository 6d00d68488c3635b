import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../domain/failure.js';
import { announceKey, signEntry } from './announceKey.js';
import { chainHead } from './chain.js';
import type { ChainSigner } from './chainSigner.js';
import type { ChainHead } from './custodyLedger.js';
import type { CustodyStore } from './custodyStore.js';
import { keyInForce } from './keyInForce.js';

const MAX_TAKEN = 500;

/** The key that signs from now on, and what may vouch for it. */
export interface Rotation {
  readonly next: ChainSigner;
  /** Signer of the key in force, or null where it was lost. */
  readonly current: ChainSigner | null;
  /** Whether an operator said that the key in force was lost, so that nothing vouches for the next one. */
  readonly lost: boolean;
}

/**
 * Puts the next key into force: from its entry on, whoever signs with the one before is refused.
 *
 * The key before vouches for the next one, and signs the last entry if nobody had. Safe to repeat.
 *
 * @param store without `signedChain` around it.
 * @returns the entry of the next key; null when it is in force already.
 * @throws Failure `InvalidInput` when the key in force is not at hand and was not said to be lost, or the next key was used before.
 */
export async function rotateKey(store: CustodyStore, rotation: Rotation): Promise<ChainHead | null> {
  const { next, current, lost } = rotation;
  for (let taken = 0; taken < MAX_TAKEN; taken++) {
    const head = await chainHead(store);
    const inForce = await keyInForce(store, head?.seq ?? 0);
    if (inForce === next.keyId) return null;
    if (inForce !== null && current?.keyId !== inForce && !lost) throw notAtHand(store, inForce, current);
    const before = current?.keyId === inForce ? current : null;
    if (inForce !== null && head !== null) await signEntry(store, before ?? next, head.seq);
    const added = await announceKey(store, head, next, before);
    if (added !== null) return added;
    await pause(Math.min(taken, 20));
  }
  throw new Failure(
    'Conflict',
    `others added to the chain in ${store.location} faster, ${MAX_TAKEN} times in a row; the key is not in force; try again`,
  );
}

function notAtHand(store: CustodyStore, inForce: string, current: ChainSigner | null): Failure {
  const configured = current === null ? 'no key is configured here' : `${current.keyId} is configured here`;
  return new Failure(
    'InvalidInput',
    `the chain in ${store.location} is signed by the key ${inForce}, and ${configured}; nothing was changed; set ROSTERLINE_SIGNING_KEY_FILE to the key in force, so that it vouches for the next, or say --lost if nobody has it any more`,
  );
}
