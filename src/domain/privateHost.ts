import { isLoopback } from './loopback.js';

/** Names that no public name service gives out: RFC 6762, RFC 8375, ICANN's `.internal`, and Kubernetes' services. */
const PRIVATE_SUFFIX = /\.(local|internal|localdomain|home\.arpa|svc|cluster)$/i;

/** Loopback is told by `isLoopback`; these are RFC 1918, RFC 6598 and RFC 3927. */
const PRIVATE_IPV4 =
  /^(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+|169\.254\.\d+\.\d+)$/;

/** Unique local and link-local addresses of IPv6. */
const PRIVATE_IPV6 = /^\[?(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/i;

/**
 * Whether a host is of this machine or a private network by its very name; no name is resolved to find out.
 *
 * A name without a dot is one: that of a container beside ours, or of a machine in our own domain.
 *
 * @param hostname as in a URL; IPv6 with or without brackets.
 */
export function isPrivateHost(hostname: string): boolean {
  if (isLoopback({ hostname }) || hostname === '::1') return true;
  if (PRIVATE_IPV4.test(hostname) || PRIVATE_IPV6.test(hostname) || PRIVATE_SUFFIX.test(hostname)) return true;
  return /^[A-Za-z0-9_-]+$/.test(hostname);
}
