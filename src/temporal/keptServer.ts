import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embeddedServer.js';
import { portOf } from './freePort.js';

/** How often it is looked whether the server still runs, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** Milliseconds before another try, where the server could not be started again. */
const TRY_AGAIN_MS = 10_000;

/** An embedded server that is started again when it ends by itself: out of memory, or killed by somebody. */
export type KeptServer = Pick<EmbeddedServer, 'address' | 'uiUrl' | 'stop'>;

/**
 * Starts the embedded server and keeps it running, on the same file and ports, until it is stopped.
 *
 * Workers and clients reach it again by themselves; what its workflows had done is in its file.
 *
 * @throws Failure `Blocked` as `startEmbeddedServer` does, for the first start alone: later ones are said and tried again.
 */
export async function startKeptServer(options: EmbeddedServerOptions): Promise<KeptServer> {
  let server = await startEmbeddedServer(options);
  const { address, uiUrl } = server;
  const [port, uiPort] = [portOf(address), portOf(uiUrl)];
  const stopping = new AbortController();
  const kept = keep();

  async function keep(): Promise<void> {
    while (await pass(LOOK_EVERY_MS)) {
      if (server.isRunning()) continue;
      options.log(
        `the Temporal server (process ${server.pid}) has ended by itself; starting it again on its file, where exports go on. Its log: ${server.logFile}`,
      );
      try {
        await server.stop();
        server = await startEmbeddedServer({ ...options, port, uiPort });
        options.log(`the Temporal server runs again (process ${server.pid}) at ${address}`);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        options.log(`${why}\nIt is tried again in ${TRY_AGAIN_MS / 1000} s; until then exports stand still.`);
        await pass(TRY_AGAIN_MS);
      }
    }
  }

  /** Whether the time passed without a stop. */
  async function pass(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
    return !stopping.signal.aborted;
  }

  return {
    address,
    uiUrl,
    stop: async () => {
      stopping.abort();
      await kept;
      await server.stop();
    },
  };
}
