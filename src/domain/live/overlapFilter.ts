/**
 * Tells what two connections both bring while one takes over from the other.
 *
 * Counted, not merely remembered: what one connection brings twice happened twice. So each event passes as often as the connection that
 * brought it most often brought it, in whatever order the two speak.
 */
export class OverlapFilter {
  private readonly brought = new Map<string, { readonly byConnection: Map<number, number>; passed: number }>();

  /** Whether an event is to pass. @param key equal for equal events. */
  passes(connection: number, key: string): boolean {
    const entry = this.brought.get(key) ?? { byConnection: new Map<number, number>(), passed: 0 };
    this.brought.set(key, entry);
    const times = (entry.byConnection.get(connection) ?? 0) + 1;
    entry.byConnection.set(connection, times);
    if (times <= entry.passed) return false;
    entry.passed = times;
    return true;
  }
}
