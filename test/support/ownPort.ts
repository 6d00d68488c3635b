import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from '../../src/temporal/freePort.js';

/**
 * Below those that an embedded Temporal server takes by itself (src/temporal/freePort.ts), and those that Linux, by default, gives to
 * whoever asks for any port, and to every connection (32768 to 60999).
 */
const PORTS = { from: 12_000, to: 20_000 };

/**
 * A port for a server that is told where to listen, and may be stopped and started again: nobody is given it meanwhile, no other
 * test of the run takes it.
 *
 * @param ip the address that the server listens on.
 */
export async function ownPort(ip: string): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if ((await isPortFree(ip, port)) && isOurs(port)) return port;
  }
}

function isOurs(port: number): boolean {
  // Outside of Jest a run has the machine to itself.
  const run = process.env['ROSTERLINE_TEST_RUN'];
  if (!run) return true;
  try {
    writeFileSync(join(run, `port-${port}`), '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
