import { sha256Hex } from '../../src/custody/canonicalJson.js';
import type { HoldingStore } from '../../src/custody/holdingStore.js';
import type { Landing } from '../../src/domain/landing.js';

interface Kept {
  readonly bytes: Uint8Array;
  held: boolean;
  retained: boolean;
}

/** Objects in memory, with what custody asks of a store; each call can be preceded by something else that happens at that moment. */
export class MemoryStore implements HoldingStore {
  readonly location = 'memory';
  /** Called before each call that a custody function makes, with the number of calls so far. */
  onCall: ((call: number) => Promise<void>) | null = null;
  calls = 0;
  private readonly objects = new Map<string, Kept>();

  async landBytes(bytes: Uint8Array): Promise<Landing> {
    const sha256 = sha256Hex(bytes);
    await this.called();
    this.put(`landings/${sha256}`, bytes);
    return { sha256, bytes: bytes.byteLength, encoding: 'identity' };
  }

  async createOnce(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    await this.called();
    return this.put(path, bytes);
  }

  async read(path: string): Promise<Uint8Array | null> {
    await this.called();
    return this.objects.get(path)?.bytes ?? null;
  }

  async digest(path: string): Promise<{ sha256: string; bytes: number } | null> {
    await this.called();
    const bytes = this.objects.get(path)?.bytes;
    return bytes === undefined ? null : { sha256: sha256Hex(bytes), bytes: bytes.byteLength };
  }

  async list(prefix: string, { after = '' }: { after?: string } = {}): Promise<string[]> {
    await this.called();
    return this.paths().filter((path) => path > after && (prefix === '' || path.startsWith(`${prefix}/`)));
  }

  async holdable(): Promise<{ readonly holdable: true }> {
    await this.called();
    return { holdable: true };
  }

  async protection(path: string) {
    await this.called();
    const kept = this.objects.get(path);
    if (kept === undefined) return null;
    return { versionId: null, held: kept.held, retainedUntil: kept.retained ? '2999-01-01T00:00:00.000Z' : null };
  }

  async hold(path: string): Promise<{ versionId: null } | null> {
    await this.called();
    const kept = this.objects.get(path);
    if (kept === undefined) return null;
    kept.held = true;
    return { versionId: null };
  }

  async releaseHold(path: string): Promise<void> {
    await this.called();
    const kept = this.objects.get(path);
    if (kept !== undefined) kept.held = false;
  }

  async remove(path: string): Promise<'removed' | 'missing' | 'held' | 'retained'> {
    await this.called();
    const kept = this.objects.get(path);
    if (kept === undefined) return 'missing';
    if (kept.held) return 'held';
    if (kept.retained) return 'retained';
    this.objects.delete(path);
    return 'removed';
  }

  /** Every path, sorted; asking is no call. */
  paths(): string[] {
    return [...this.objects.keys()].sort();
  }

  textOf(path: string): string {
    return Buffer.from(this.objects.get(path)?.bytes ?? []).toString();
  }

  isHeld(path: string): boolean | undefined {
    return this.objects.get(path)?.held;
  }

  retain(path: string): void {
    const kept = this.objects.get(path);
    if (kept !== undefined) kept.retained = true;
  }

  private put(path: string, bytes: Uint8Array): 'created' | 'exists' {
    if (this.objects.has(path)) return 'exists';
    this.objects.set(path, { bytes, held: false, retained: false });
    return 'created';
  }

  private async called(): Promise<void> {
    await this.onCall?.(this.calls++);
  }
}
