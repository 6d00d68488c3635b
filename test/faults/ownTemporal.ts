import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { portOf } from '../../src/temporal/freePort.js';
import { ownPort } from '../support/ownPort.js';
import { KillableServer } from './outages.js';

/** A Temporal server of this run's own, on a SQLite file, that can be killed and comes back on the same file and ports. */
export class OwnTemporal extends KillableServer {
  private constructor(
    private readonly dataDirectory: string,
    private server: EmbeddedServer,
  ) {
    super();
  }

  // A server outlives the process that started it: one that nobody stopped ends with this process all the same.
  private readonly atExit = () => {
    if (this.server.isRunning()) process.kill(this.server.pid, 'SIGKILL');
  };

  static async start(dataDirectory: string): Promise<OwnTemporal> {
    const [port, uiPort] = [await ownPort('127.0.0.1'), await ownPort('127.0.0.1')];
    const server = await startEmbeddedServer({ dataDirectory, port, uiPort, log: () => undefined });
    const temporal = new OwnTemporal(dataDirectory, server);
    process.once('exit', temporal.atExit);
    return temporal;
  }

  get address(): string {
    return this.server.address;
  }

  protected async killNow(): Promise<void> {
    process.kill(this.server.pid, 'SIGKILL');
    await this.server.stop();
  }

  protected async startAgain(): Promise<void> {
    const [port, uiPort] = [portOf(this.server.address), portOf(this.server.uiUrl)];
    const { dataDirectory } = this;
    this.server = await startEmbeddedServer({ dataDirectory, port, uiPort, log: () => undefined });
  }

  protected async end(): Promise<void> {
    await this.server.stop();
    process.off('exit', this.atExit);
  }
}
