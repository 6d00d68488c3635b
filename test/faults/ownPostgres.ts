import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { isRunning, type ProcessId } from '../../src/temporal/devServer.js';
import { processBirth } from '../../src/temporal/processIdentity.js';
import { eventually } from '../support/eventually.js';
import { type PostgresCluster, startPostgresCluster } from '../support/postgresCluster.js';
import { KillableServer } from './outages.js';

const ROLE = 'rosterline_writer';
const DATABASE = 'warehouse';

/** A PostgreSQL server of this run's own that flushes its writes, can be killed and comes back on the same data and port. */
export class OwnPostgres extends KillableServer {
  /** The process that all others of the server descend from; null while it is killed. */
  private first: ProcessId | null;

  private constructor(
    private readonly cluster: PostgresCluster,
    private readonly password: string,
  ) {
    super();
    this.first = idOf(cluster);
  }

  // What nobody stopped ends with this process all the same.
  private readonly atExit = () => {
    for (const pid of this.processes()) signal(pid, 'SIGKILL');
  };

  static async start(): Promise<OwnPostgres> {
    const password = randomBytes(12).toString('hex');
    const cluster = await startPostgresCluster({ fsync: true });
    const postgres = new OwnPostgres(cluster, password);
    process.once('exit', postgres.atExit);
    await postgres.asSuperuser([
      `CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}'`,
      // Its own database, as docs/postgres.md has it: no superuser.
      `CREATE DATABASE ${DATABASE} OWNER ${ROLE}`,
    ]);
    return postgres;
  }

  /** The process that all others of the server descend from; 0 while it is killed. */
  get pid(): number {
    return this.first?.pid ?? 0;
  }

  /** What a worker is told of it. */
  get settings(): Record<string, string> {
    const { host, port } = this.cluster.server;
    return { WAREHOUSE_URL: `postgres://${ROLE}@${host}:${port}/${DATABASE}`, WAREHOUSE_PASSWORD: this.password };
  }

  protected async killNow(): Promise<void> {
    // All of them: those that outlive the first would keep its memory, and with it a new server, for a while.
    const processes = this.processes();
    for (const pid of processes) signal(pid, 'SIGKILL');
    this.first = null;
    await eventually('every process of PostgreSQL has ended', () =>
      processes.every((pid) => processBirth(pid) === undefined),
    );
  }

  protected async startAgain(): Promise<void> {
    // A killed process that nobody has waited for still counts as running to the server that finds its locks.
    const { directory, server } = this.cluster;
    for (const lock of [join('data', 'postmaster.pid'), `.s.PGSQL.${server.port}.lock`])
      rmSync(join(directory, lock), { force: true });
    await this.cluster.start();
    this.first = idOf(this.cluster);
  }

  protected async end(): Promise<void> {
    process.off('exit', this.atExit);
    await this.cluster.remove();
  }

  /** The first process, which is stopped so that it makes no more, and all that it made. */
  private processes(): number[] {
    if (this.first === null || !isRunning(this.first)) return [];
    const { pid } = this.first;
    signal(pid, 'SIGSTOP');
    const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
    return [pid, ...stdout.split('\n').filter(Boolean).map(Number)];
  }

  private async asSuperuser(statements: readonly string[]): Promise<void> {
    const { host, port, database, superuser, password } = this.cluster.server;
    const client = new Client({ host, port, database, user: superuser, password });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
}

function idOf(cluster: PostgresCluster): ProcessId {
  const { pid } = cluster.processId();
  return { pid, birth: processBirth(pid) ?? 'ended' };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
