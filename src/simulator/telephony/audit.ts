import { seededUuid } from '../data/seededRandom.js';

/** Who changed something: an OAuth client, or a user by hand. */
export type Author =
  | { readonly kind: 'client'; readonly id: string }
  | { readonly kind: 'user'; readonly id: string; readonly name: string };

/** One change in the audit log. */
export interface AuditEntry {
  readonly id: string;
  readonly atMs: number;
  readonly serviceName: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly entityName: string;
  readonly action: 'Create' | 'Update' | 'Delete';
  readonly author: Author;
  readonly property: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A user who changes things by hand. The same name is the same user. */
export function userOf(seed: number, name: string): Author & { kind: 'user' } {
  return { kind: 'user', id: seededUuid(seed, 'administrator', name), name };
}

/** The audit log of an organisation, in order. */
export class AuditLog {
  readonly #entries: AuditEntry[] = [];

  constructor(private readonly seed: number) {}

  add(entry: Omit<AuditEntry, 'id'>): void {
    this.#entries.push({ ...entry, id: seededUuid(this.seed, 'audit', this.#entries.length) });
  }

  list(): readonly AuditEntry[] {
    return this.#entries;
  }
}
