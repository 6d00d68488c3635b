/** A file that is in the place already. */
export interface ExistingFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * A place to publish to. Its files are named by content, so nothing is ever overwritten but the manifest, and that whole.
 *
 * One publish at a time: opening is refused while another has the place, or its `commit` is where the place cannot be locked.
 */
export interface PublishDestination {
  /** For people. */
  readonly location: string;
  /** Where others find the manifest: a path or a URL. */
  readonly manifestLocation: string;
  /** Local directory of this publish alone, for files on their way; emptied when it opens and when it closes. */
  readonly scratchDirectory: string;
  /** The manifest's text as it was when the place was opened, or null. */
  readonly manifest: string | null;
  /** Every file of ours that is there, named by a manifest or not. */
  list(): Promise<ExistingFile[]>;
  /** Puts a finished file where the next manifest will name it. Its bytes are durable when this returns. */
  put(file: { readonly localFile: string; readonly path: string; readonly sha256: string }): Promise<void>;
  /**
   * Replaces the manifest, whole: from here on readers see the new state.
   *
   * @throws Failure `Conflict` when another publish replaced it since this one opened the place; that one's state stands.
   */
  commit(manifest: string): Promise<void>;
  /** Removes a file that no manifest names. */
  remove(path: string): Promise<void>;
  close(): Promise<void>;
}
