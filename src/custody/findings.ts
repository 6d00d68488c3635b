import type { Broken } from './verifyReport.js';

/** What a verification found broken, in the order in which it was found. */
export class Findings {
  readonly broken: Broken[] = [];

  report(
    kind: Broken['kind'],
    windowId: string | null,
    object: string,
    expected: Broken['expected'],
    actual: Broken['actual'],
  ): void {
    this.broken.push({ kind, windowId, object, expected, actual });
  }
}
