/**
 * What custody needs of an object store; every `ObjectStore` has it.
 *
 * Declared here, because rooms of `src` know each other by shape only.
 */
export interface CustodyStore {
  /** Where a person can look. */
  readonly location: string;
  createOnce(path: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  read(path: string, options?: { firstBytes?: number }): Promise<Uint8Array | null>;
  digest(path: string): Promise<{ sha256: string; bytes: number } | null>;
  list(prefix: string, options?: { after?: string }): Promise<string[]>;
}

const OBJECT_PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})*$/;

/** Whether a path that a document names may be asked of the store as a seal: what the chain says is not trusted to be one. */
export function isSealPath(path: string): boolean {
  return path.startsWith('seals/') && path.endsWith('.json') && path.length <= 900 && OBJECT_PATH.test(path);
}
