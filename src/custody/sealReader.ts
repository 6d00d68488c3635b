import { Failure } from '../domain/failure.js';
import { type SealedDocument, sealedDocument } from '../domain/sealedDocument.js';
import { type HoldingStore, readDocument } from './holdingStore.js';

/** Reads seals for who has to know what every one of them names. */
export class SealReader {
  private read = 0;

  constructor(
    private readonly store: HoldingStore,
    private readonly onSeals?: (seals: number) => void,
  ) {}

  /**
   * What a seal speaks of and names; null where it speaks of no days.
   *
   * @throws Failure `Blocked` where the seal cannot be read: what it names is not known then.
   */
  async sealed(path: string): Promise<SealedDocument | null> {
    const document = await readDocument(this.store, path);
    this.read++;
    this.onSeals?.(this.read);
    if (document !== null) return sealedDocument(document);
    throw new Failure(
      'Blocked',
      `${path} in ${this.store.location} cannot be read, so that the landings that it names are not known; nothing was removed; put it back from a copy ("rosterline verify" shows what is broken)`,
    );
  }
}
