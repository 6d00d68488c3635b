import { createServer } from 'node:net';

/** A TCP port of this address that nothing listens on. Another program may take it before it is used. */
export async function freePort(ip: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, ip, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
