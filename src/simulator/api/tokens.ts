import { randomBytes } from 'node:crypto';
import { FixedWindow } from '../limits/fixedWindow.js';

/** What an access token stands for. */
export interface Grant {
  readonly clientId: string;
  readonly expiresAtMs: number;
}

/** Why no token was given, in the words of OAuth. */
export interface LoginRefusal {
  readonly status: 400 | 401;
  readonly error: 'invalid_client' | 'invalid_request' | 'unsupported_grant_type';
  readonly description: string;
}

/** The OAuth clients and the access tokens they were given. */
export class Tokens {
  readonly #grants = new Map<string, Grant>();
  readonly #revoked = new Set<string>();
  readonly #logins = new Map<string, FixedWindow>();

  constructor(
    private readonly clients: readonly { readonly clientId: string; readonly clientSecret: string }[],
    private readonly limits: { readonly loginsPerMinute: number | null; readonly lifetimeSeconds: number },
    private readonly now: () => number,
    /** The secret that a client has by now instead of its own. */
    private readonly newSecretOf: (clientId: string, isFirst: boolean) => string | undefined = () => undefined,
  ) {}

  /**
   * Gives a token for client credentials.
   *
   * An unknown client is 400, a wrong secret 401, both `invalid_client`. The endpoint's own limit answers 400
   * `invalid_request (rate limit exceeded; …)`, not 429: so the Terraform provider of Genesys Cloud found.
   */
  login(authorization: string | undefined, grantType: string | undefined): string | LoginRefusal {
    const [clientId, clientSecret] = basicCredentials(authorization);
    const client = this.clients.find((known) => known.clientId === clientId);
    if (!client) return { status: 400, error: 'invalid_client', description: `client not found: ${clientId}` };
    if ((this.newSecretOf(clientId, client === this.clients[0]) ?? client.clientSecret) !== clientSecret)
      return { status: 401, error: 'invalid_client', description: 'authentication failed' };
    if (grantType !== 'client_credentials')
      return { status: 400, error: 'unsupported_grant_type', description: 'grant_type must be client_credentials' };
    if (!this.#admitsLogin(clientId))
      return { status: 400, error: 'invalid_request', description: 'rate limit exceeded; too many token requests' };
    const token = randomBytes(48).toString('base64url');
    this.#grants.set(token, { clientId, expiresAtMs: this.now() + this.limits.lifetimeSeconds * 1000 });
    return token;
  }

  /** Every access token given out so far. */
  issued(): string[] {
    return [...this.#grants.keys()];
  }

  /** The client behind a bearer token, or why there is none. */
  clientOf(authorization: string | undefined): { clientId: string } | 'missing' | 'expired' | 'unknown' {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (!token) return 'missing';
    const grant = this.#grants.get(token);
    if (!grant || this.#revoked.has(token)) return 'unknown';
    return grant.expiresAtMs > this.now() ? { clientId: grant.clientId } : 'expired';
  }

  /** Makes every token given out so far worthless. */
  revokeAll(): void {
    for (const token of this.#grants.keys()) this.#revoked.add(token);
  }

  #admitsLogin(clientId: string): boolean {
    if (this.limits.loginsPerMinute === null) return true;
    let window = this.#logins.get(clientId);
    if (!window) this.#logins.set(clientId, (window = new FixedWindow(this.limits.loginsPerMinute, 60_000)));
    const nowMs = this.now();
    if (window.opensAtMs(nowMs) > nowMs) return false;
    window.accept(nowMs);
    return true;
  }
}

function basicCredentials(authorization: string | undefined): [clientId: string, clientSecret: string] {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? [decoded, ''] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
