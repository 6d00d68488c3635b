import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { downloadBySdk } from '../../src/temporal/downloadBySdk.js';
import { processesWith } from '../../src/temporal/processIdentity.js';

let directory: string;
let proxy: Server;
let env: NodeJS.ProcessEnv;
const sockets = new Set<Socket>();

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-download-'));
  // A proxy that accepts and never answers: what a firewall that drops looks like.
  proxy = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  env = { PATH: process.env['PATH'], HTTPS_PROXY: `http://127.0.0.1:${port}`, ALL_PROXY: `http://127.0.0.1:${port}` };
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

describe("the SDK's own download", () => {
  it('is given up when nothing answers, and leaves neither file nor process', async () => {
    // On a busy machine the SDK needs longer than that before it asks at all.
    for (let silenceMs = 1_500; sockets.size === 0; silenceMs *= 3) {
      const download = downloadBySdk({ kind: 'dev-server', to: join(directory, 'temporal'), env, silenceMs });
      await expect(download).rejects.toThrow(`no answer for ${silenceMs / 1_000} s`);
    }
    expect(readdirSync(directory)).toEqual([]);
    expect(processesWith(directory)).toEqual([]);
  });
});
