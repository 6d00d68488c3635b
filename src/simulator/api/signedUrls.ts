import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Where results lie: not under `/api/v2`, as Genesys serves them from another host. */
export const DOWNLOAD_PATH = '/downloads/historicalAdherence/results/userDownloads/historicalAdherence';

/** Where large answers of searches for agents' schedules lie. The path is a guess. */
export const SCHEDULES_DOWNLOAD_PATH = '/downloads/agentSchedules/results';

/** Signs and checks download URLs, which expire. A URL is all one needs: no token goes with it. */
export class SignedUrls {
  readonly #secret = randomBytes(32);
  readonly #revoked = new Set<string>();

  constructor(
    private readonly lifetimeSeconds: number,
    private readonly now: () => number,
  ) {}

  /** A fresh URL's path and query; two calls never give the same. */
  sign(jobId: string, fileId: string, path = DOWNLOAD_PATH): string {
    const expires = Math.ceil(this.now() / 1000 + this.lifetimeSeconds).toString();
    const nonce = randomBytes(9).toString('base64url');
    const query = new URLSearchParams({
      'response-content-disposition': `attachment;filename="${path === DOWNLOAD_PATH ? 'historical adherence' : 'agent schedules'} ${fileId}.json"`,
      Expires: expires,
      'Key-Pair-Id': nonce,
      Signature: this.#signature(jobId, fileId, expires, nonce),
    });
    return `${path}/${jobId}/${fileId}?${query.toString()}`;
  }

  check(
    jobId: string,
    fileId: string,
    query: Readonly<Record<string, string | undefined>>,
  ): 'good' | 'bad' | 'expired' {
    const { Expires: expires = '', 'Key-Pair-Id': nonce = '', Signature: signature = '' } = query;
    const right = Buffer.from(this.#signature(jobId, fileId, expires, nonce));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return 'bad';
    return Number(expires) * 1000 <= this.now() || this.#revoked.has(signature) ? 'expired' : 'good';
  }

  /** Lets a URL expire now. */
  expire(signature: string): void {
    this.#revoked.add(signature);
  }

  #signature(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(parts.join('\n')).digest('base64url');
  }
}
