import { Failure } from '../domain/failure.js';
import {
  HOLDS_FOLDER,
  PlacedHold,
  placedPath,
  type RegisteredHold,
  ReleasedHold,
  releasedPath,
  standing,
} from '../domain/legalHold.js';
import type { CustodyStore } from './custodyStore.js';
import { readDocument } from './holdingStore.js';

const PLACED_PATH = /^seals\/holds\/([^/]+)\/placed\.json$/;

/**
 * The legal holds of an organisation: those of its objects' folder `seals/holds`.
 *
 * Asked anew each time, and cheap: one listing of a folder with two small documents a hold. Only documents are remembered, which
 * never change once they are written; so an answer is never older than its question, and whoever asks after writing a seal learns of
 * every hold that was registered before.
 */
export class HoldRegistry {
  private readonly known = new Map<string, PlacedHold | ReleasedHold>();

  constructor(private readonly store: Pick<CustodyStore, 'list' | 'read' | 'location'>) {}

  /** Every hold, placed first first. @throws Failure `Blocked` naming a document that cannot be read: a hold may stand in it. */
  async holds(): Promise<RegisteredHold[]> {
    const paths = new Set(await this.store.list(HOLDS_FOLDER));
    for (const path of this.known.keys()) if (!paths.has(path)) throw this.unreadable(path, 'is gone');
    const holds: RegisteredHold[] = [];
    for (const path of paths) {
      const holdId = PLACED_PATH.exec(path)?.[1];
      if (holdId === undefined) continue;
      const released = releasedPath(holdId);
      holds.push({
        placed: await this.document(path, holdId, PlacedHold),
        released: paths.has(released) ? await this.document(released, holdId, ReleasedHold) : null,
      });
    }
    return holds.sort((a, b) => (a.placed.at < b.placed.at ? -1 : 1));
  }

  /** Holds that stand. */
  async standing(): Promise<PlacedHold[]> {
    return standing(await this.holds());
  }

  /** The hold of an id, or null. */
  async find(holdId: string): Promise<RegisteredHold | null> {
    const paths = await this.store.list(`${HOLDS_FOLDER}/${holdId}`);
    if (!paths.includes(placedPath(holdId))) return null;
    return (await this.holds()).find(({ placed }) => placed.holdId === holdId) ?? null;
  }

  private async document<T extends PlacedHold | ReleasedHold>(
    path: string,
    holdId: string,
    schema: { safeParse(raw: unknown): { data?: T | undefined } },
  ): Promise<T> {
    const known = this.known.get(path);
    if (known !== undefined) return known as T;
    const document = schema.safeParse(await readDocument(this.store, path)).data;
    if (document?.holdId !== holdId) throw this.unreadable(path, 'cannot be read');
    this.known.set(path, document);
    return document;
  }

  private unreadable(path: string, how: string): Failure {
    return new Failure(
      'Blocked',
      `${path} in ${this.store.location} ${how}, and a legal hold may stand in it; nothing is loaded or purged meanwhile; put it back from a copy ("rosterline verify" shows what is broken)`,
    );
  }
}
