import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { CustodyCheck } from '../src/domain/nightly/custodyCheck.js';

const Remembered = z.object({ v: z.literal(1), objects: z.string(), check: CustodyCheck });

/**
 * What the last verification of the chain found, kept in a small file, so that the next one goes on from there.
 *
 * Of other objects, unreadable or lost, it is none, and everything is verified: no harm but the time it takes.
 */
export class LastCustodyCheck {
  private last: z.infer<typeof Remembered> | null = null;

  /** @param file where to remember; in memory only, where none is given. */
  constructor(private readonly file?: string) {
    if (file === undefined) return;
    try {
      this.last = Remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // None is remembered.
    }
  }

  /** @param objects location of the store that is to be verified. */
  of(objects: string): CustodyCheck | null {
    return this.last?.objects === objects ? this.last.check : null;
  }

  keep(objects: string, check: CustodyCheck): void {
    this.last = { v: 1, objects, check };
    if (this.file === undefined) return;
    try {
      writeFileSync(this.file, JSON.stringify(this.last), { mode: 0o600 });
    } catch {
      // A full disk is found, and told, by those who cannot do without it.
    }
  }
}
