/** Entry of `downloadHosts`: any port of the loopback interface. Honoured only where the API itself is on loopback. */
export const ANY_LOOPBACK_PORT = 'loopback:*';

/** Which organisation to talk to, and as whom. */
export interface GenesysClientConfig {
  /** Base URL of the API; may carry a port and a path prefix. `/api/v2` comes after it. */
  readonly apiUrl: string;
  /** Base URL of the login service; `/oauth/token` comes after it. */
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Hosts that signed URLs may point to: `host` (its scheme's own port), `host:port` or `ANY_LOOPBACK_PORT`. */
  readonly downloadHosts: readonly string[];
}
