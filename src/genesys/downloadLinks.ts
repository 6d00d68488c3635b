/** How long links are worth keeping: signed URLs expire, and nobody documents when. */
const LINKS_LIVE_MS = 5 * 60_000;
const REMEMBERED_JOBS = 1_000;

/**
 * Signed URLs of finished jobs, in this process's memory only, so that whoever lands a result need not read the job again.
 *
 * A signed URL is a capability: it is never stored, logged or sent through a workflow, and this object serialises to nothing.
 */
export interface DownloadLinks {
  remember(jobId: string, urls: readonly string[]): void;
  /** The URLs, or null when they are not known here or are older than five minutes. */
  recall(jobId: string): readonly string[] | null;
}

export function createDownloadLinks(now: () => number = () => Date.now()): DownloadLinks {
  const kept = new Map<string, { urls: readonly string[]; untilMs: number }>();
  return {
    remember(jobId, urls) {
      kept.delete(jobId);
      kept.set(jobId, { urls: [...urls], untilMs: now() + LINKS_LIVE_MS });
      const oldest = kept.keys().next().value;
      if (kept.size > REMEMBERED_JOBS && oldest !== undefined) kept.delete(oldest);
    },
    recall(jobId) {
      const found = kept.get(jobId);
      if (found === undefined) return null;
      if (found.untilMs > now()) return found.urls;
      kept.delete(jobId);
      return null;
    },
  };
}
