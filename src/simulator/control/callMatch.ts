/** Which calls something is about. `path` is a prefix where it looks like one, else a regular expression. */
export interface CallMatch {
  /** `*` for any. */
  readonly method: string;
  readonly path: string;
}

/** Whether a call is meant. `path` without its query. */
export function matchesCall(match: CallMatch, method: string, path: string): boolean {
  if (match.method !== '*' && match.method.toUpperCase() !== method) return false;
  const isPrefix = match.path.startsWith('/') && !/[\\^$*+?()[\]{}|]/.test(match.path);
  return isPrefix ? path.startsWith(match.path) : new RegExp(match.path).test(path);
}
