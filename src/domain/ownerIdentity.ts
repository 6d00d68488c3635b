const MARK = ' objects=';

/** How the owner of the warehouse names itself to Temporal: process and host as others do, and the mark of its objects. */
export function ownerIdentity(process: { readonly pid: number; readonly host: string }, mark: string): string {
  return `${process.pid}@${process.host}${MARK}${mark}`;
}

/** What is read of an identity: the process, and the mark of its objects; null where it tells none. */
export function readIdentity(identity: string): { process: string; mark: string | null } {
  const [process = '', mark] = identity.split(MARK);
  return { process, mark: mark ?? null };
}

/** Whether a worker's objects are those that the owner of the warehouse reads. */
export type Shared =
  /** They are. */
  | { readonly is: 'shared'; readonly owner: string }
  /** Somebody owns the warehouse, and reads other objects. */
  | { readonly is: 'elsewhere'; readonly owner: string }
  /** An owner that does not tell. */
  | { readonly is: 'untold'; readonly owner: string }
  /** Nobody owns the warehouse now; `marked`: an owner has worked on these objects before. */
  | { readonly is: 'nobody'; readonly marked: boolean };

/**
 * Compares the mark that a worker finds in its objects with those that the owners of the warehouse tell.
 *
 * @param identities of the processes that poll the warehouse's queue, the latest first. One that was just killed is still among them.
 */
export function sharedWith(identities: readonly string[], ownMark: string | null): Shared {
  const owners = identities.map(readIdentity);
  const [latest] = owners;
  if (latest === undefined) return { is: 'nobody', marked: ownMark !== null };
  const same = owners.find(({ mark }) => mark !== null && mark === ownMark);
  if (same !== undefined) return { is: 'shared', owner: same.process };
  return { is: latest.mark === null ? 'untold' : 'elsewhere', owner: latest.process };
}
