import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { portOf } from '../../src/temporal/freePort.js';

/** While the server was away, milliseconds since the epoch: from its kill until it answered again (null: not yet). */
export interface Outage {
  readonly fromMs: number;
  toMs: number | null;
}

/** A Temporal server of this run's own, on a SQLite file, that can be killed and comes back on the same file and ports. */
export class OwnTemporal {
  readonly outages: Outage[] = [];
  private back: Promise<void> = Promise.resolve();

  private constructor(
    private readonly dataDirectory: string,
    private server: EmbeddedServer,
  ) {}

  // A server outlives the process that started it: one that nobody stopped ends with this process all the same.
  private readonly atExit = () => {
    if (this.server.isRunning()) process.kill(this.server.pid, 'SIGKILL');
  };

  static async start(dataDirectory: string): Promise<OwnTemporal> {
    const temporal = new OwnTemporal(dataDirectory, await startEmbeddedServer({ dataDirectory, log: () => undefined }));
    process.once('exit', temporal.atExit);
    return temporal;
  }

  get address(): string {
    return this.server.address;
  }

  /** Kills it with SIGKILL, as a power cut would, and starts it again after so long. Settles once it has been killed. */
  async kill(awayMs: number): Promise<void> {
    await this.back;
    const outage: Outage = { fromMs: Date.now(), toMs: null };
    this.outages.push(outage);
    process.kill(this.server.pid, 'SIGKILL');
    this.back = this.startAgain(awayMs).then(() => {
      outage.toMs = Date.now();
    });
    // Handled where it is awaited.
    this.back.catch(() => undefined);
  }

  /** Settles when the server that was killed last answers again. */
  async answers(): Promise<void> {
    await this.back;
  }

  async stop(): Promise<void> {
    await this.back.catch(() => undefined);
    await this.server.stop();
    process.off('exit', this.atExit);
  }

  private async startAgain(awayMs: number): Promise<void> {
    const [port, uiPort] = [portOf(this.server.address), portOf(this.server.uiUrl)];
    await this.server.stop();
    await sleep(awayMs);
    const { dataDirectory } = this;
    this.server = await startEmbeddedServer({ dataDirectory, port, uiPort, log: () => undefined });
  }
}
