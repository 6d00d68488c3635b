import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (Linux: from 32768; macOS, Windows: from 49152): one of those may be taken
 * by any connection while a server that died is on its way back to it.
 */
const PORTS = { from: 20_000, to: 32_000 };
const TRIES = 20;

/** A TCP port of this address that nothing listens on. Another program may take it before it is used. */
export async function freePort(ip: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isPortFree(ip, port)) return port;
  }
  return await tryToListen(ip, 0);
}

/** Whether nothing listens on this port. */
export async function isPortFree(ip: string, port: number): Promise<boolean> {
  try {
    await tryToListen(ip, port);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

async function tryToListen(ip: string, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, ip, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

/** The port of an address or URL that ends in one, such as `127.0.0.1:7233`. */
export function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}
