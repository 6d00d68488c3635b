/** The parts of a URL that decide, as `URL` gives them. */
interface Address {
  /** With its colon: `https:`. */
  readonly protocol: string;
  readonly hostname: string;
}

/** Whether a URL's host is this machine by its very name; no name is resolved to find out. */
export function isLoopback({ hostname }: Pick<Address, 'hostname'>): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether a secret may travel there: https, or plain http that does not leave this machine. */
export function isConfidential(address: Address): boolean {
  return address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address));
}
