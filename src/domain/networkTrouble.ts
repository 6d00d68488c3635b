/**
 * Why no answer came, in words for an administrator, from the code of the network's error.
 *
 * @param code such as `ENOTFOUND`; undefined where the error had none.
 * @param host name and port that was called.
 * @param proxy name and port of the proxy between, or null.
 * Source: Node's and OpenSSL's error codes; undici answers `UND_ERR_*`.
 */
export function networkTrouble(code: string | undefined, host: string, proxy: string | null): string {
  const via = proxy === null ? '' : ` through the proxy ${proxy}`;
  const known = TROUBLES.find(({ codes }) => code !== undefined && codes.test(code));
  const proxied = proxy === null ? '' : `; it was called${via}: check that proxy, or add the host to NO_PROXY`;
  return `${known === undefined ? `no answer from ${host}` : known.says(host)}${code === undefined ? '' : ` (${code})`}${proxied}`;
}

const TROUBLES: readonly { codes: RegExp; says: (host: string) => string }[] = [
  {
    codes: /^ENOTFOUND$/,
    says: (host) =>
      `DNS knows no ${host}: check GENESYS_REGION (or GENESYS_API_URL and GENESYS_LOGIN_URL) and this machine's DNS`,
  },
  { codes: /^EAI_/, says: (host) => `DNS does not answer for ${host}: check this machine's DNS` },
  {
    codes: /^ECONNREFUSED$/,
    says: (host) =>
      `${host} refuses connections: check host and port, and whether a firewall wants a proxy (HTTPS_PROXY)`,
  },
  {
    codes: /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/,
    says: (host) =>
      `${host} does not answer in time: a firewall may drop the connection, or want a proxy (HTTPS_PROXY)`,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/,
    says: (host) => `there is no way to ${host}: check this machine's network`,
  },
  {
    codes: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    says: (host) =>
      `the TLS certificate of ${host} is not valid now: check this machine's clock, then that certificate`,
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    says: (host) =>
      `the TLS certificate is another host's, not ${host}'s: something stands between, or the host is wrong`,
  },
  {
    codes: /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)/,
    says: (host) =>
      `the TLS certificate of ${host} is signed by nobody this machine trusts: where a proxy inspects TLS, name its certificate in NODE_EXTRA_CA_CERTS`,
  },
  {
    codes: /^(EPROTO|ERR_SSL_)/,
    says: (host) => `TLS with ${host} fails: is it a plain-http port, or does a proxy stand between?`,
  },
  {
    codes: /^UND_ERR_(ABORTED|PRX_TLS)$/,
    says: (host) => `the proxy does not connect to ${host}: it may want credentials, or not allow that host`,
  },
  {
    codes: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    says: (host) => `${host}, or something on the way, cut the connection off: check firewall and proxy`,
  },
];
