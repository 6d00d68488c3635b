import { type AddressInfo, createServer, type Socket, connect } from 'node:net';

/** What a proxy does with the next COMMIT of a load. */
export type Cut = 'before it arrives' | 'after it was carried out' | null;

/** A TCP proxy before a PostgreSQL server, which cuts a connection at COMMIT. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts once, at the next COMMIT of a transaction that has written a seal; later connections are let through. */
  cut(when: Cut): void;
  /** How often it has cut. */
  cuts(): number;
  close(): Promise<void>;
}

const SEAL_WRITTEN = 'INSERT INTO custody_seal';
const COMMIT = Buffer.from('COMMIT\0');

/** Listens on 127.0.0.1 and passes everything on to `target`. */
export async function startCuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  let next: Cut = null;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    let writes = false;
    let cutting = false;
    const end = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      writes ||= bytes.includes(SEAL_WRITTEN);
      if (next === null || !writes || !bytes.includes(COMMIT)) return void upstream.write(bytes);
      cuts++;
      const when = next;
      next = null;
      if (when === 'before it arrives') return end();
      cutting = true;
      return void upstream.write(bytes);
    });
    // The server answers once it has committed: nobody hears it.
    upstream.on('data', (bytes) => (cutting ? end() : void client.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: (when) => (next = when),
    cuts: () => cuts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
