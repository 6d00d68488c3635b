import { createServer } from 'node:net';

/** A TCP port of this address that nothing listens on. Another program may take it before it is used. */
export async function freePort(ip: string): Promise<number> {
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
