import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { lockDataDirectory } from './dataDirectoryLock.js';
import {
  devServerArguments,
  endedEarly,
  isRunning,
  type ProcessId,
  spawnDevServer,
  stopProcess,
  untilServing,
} from './devServer.js';
import { findTemporalCli } from './findTemporalCli.js';
import { freePort, isPortFree } from './freePort.js';
import { commandLine, processBirth, processesWith } from './processIdentity.js';
import { type ProgressLog, withProgress } from './progressLog.js';
import { readServerRecord, removeServerRecord, writeServerRecord } from './serverRecord.js';

export interface EmbeddedServerOptions {
  /** Directory of all our data; the server's own is `temporal` in it. Created (mode 0700) when missing. */
  readonly dataDirectory: string;
  /** Port of the server; 0 or none: that of a server left behind, else a free one. */
  readonly port?: number;
  /** Port of its UI; 0 or none: likewise. */
  readonly uiPort?: number;
  /** Address that both listen on. Default 127.0.0.1. */
  readonly ip?: string;
  readonly log: ProgressLog;
}

/** A running Temporal server on a data directory that this process has for itself. */
export interface EmbeddedServer {
  /** Such as `127.0.0.1:7233`. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Whether an earlier process started it and left it behind. */
  readonly adopted: boolean;
  readonly logFile: string;
  /** Whether it still runs. */
  isRunning(): boolean;
  /** Ends the server and gives the data directory back. Twice is the same as once. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const ADOPT_WITHIN_MS = 5_000;
const KILL_LEFT_AFTER_MS = 5_000;
const TRIES_FOR_FREE_PORTS = 3;
/** How often a server is started that ends by itself before it is ready: seen once, as a crash of its runtime at a load of 34. */
const STARTS = 2;

/**
 * Starts a Temporal server with its UI on a SQLite file under the data directory, ready for workflows when it returns.
 *
 * One process has a data directory, and one server its SQLite file. A server that a killed process left behind is adopted
 * when it answers, was started as we would start it, and on the ports asked for; else it is stopped and started anew on the
 * same file, where workflows go on.
 *
 * @throws Failure `Blocked` when another process has the directory (nothing is changed then), no Temporal CLI can be had, or
 * the server does not get ready (with the last lines of its log; the data is kept).
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = serverHome(options.dataDirectory);
  const lock = await lockDataDirectory(options.dataDirectory, home.directory);
  try {
    const cli = await findTemporalCli({ log: options.log });
    const found = await adoptOrStop(home, cli.path, options);
    const server = found ?? (await startOnFreePorts(home, cli.path, options));
    return {
      address: `${server.ip}:${server.port}`,
      uiUrl: `http://${server.ip}:${server.uiPort}`,
      pid: server.id.pid,
      adopted: found !== undefined,
      logFile: home.logFile,
      isRunning: () => isRunning(server.id),
      stop: async () => {
        await stopProcess(server.id);
        removeServerRecord(home.directory);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface ServerHome {
  readonly directory: string;
  readonly database: string;
  readonly logFile: string;
}

interface RunningServer {
  readonly id: ProcessId;
  readonly ip: string;
  readonly port: number;
  readonly uiPort: number;
}

function serverHome(dataDirectory: string): ServerHome {
  mkdirSync(join(dataDirectory, 'temporal'), { recursive: true, mode: 0o700 });
  // The real path, because a server is recognised by the path of its file.
  const directory = realpathSync(join(dataDirectory, 'temporal'));
  chmodSync(directory, 0o700);
  return { directory, database: join(directory, 'temporal.db'), logFile: join(directory, 'server.log') };
}

/** The server left on this directory, if it can serve us. Ends every other process that serves this file. */
async function adoptOrStop(
  home: ServerHome,
  cliPath: string,
  options: EmbeddedServerOptions,
): Promise<RunningServer | undefined> {
  const left = await adoptable(home, cliPath, options);
  // By command line, not only by pid file: a process killed between starting a server and writing its pid is not forgotten.
  for (const pid of processesWith(`--db-filename ${home.database} `)) {
    if (pid === left?.id.pid) continue;
    options.log(`stopping the Temporal server that an earlier process left behind (process ${pid})`);
    await stopProcess({ pid, birth: processBirth(pid) ?? 'ended' }, KILL_LEFT_AFTER_MS);
  }
  if (left)
    options.log(`going on with the Temporal server that an earlier process left behind (process ${left.id.pid})`);
  return left;
}

async function adoptable(
  home: ServerHome,
  cliPath: string,
  options: EmbeddedServerOptions,
): Promise<RunningServer | undefined> {
  const record = readServerRecord(home.directory);
  if (!record || !isRunning(record) || record.cliPath !== cliPath) return undefined;
  const { ip, port, uiPort } = record;
  const wanted =
    ip === (options.ip ?? '127.0.0.1') && (options.port || port) === port && (options.uiPort || uiPort) === uiPort;
  const args = devServerArguments({ ip, port, uiPort, database: home.database });
  if (!wanted || !commandLine(record.pid).endsWith(` ${args.join(' ')} `)) return undefined;
  try {
    await untilServing(record, `${ip}:${port}`, home.logFile, ADOPT_WITHIN_MS);
    return { id: { pid: record.pid, birth: record.birth }, ip, port, uiPort };
  } catch (error) {
    options.log(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function startOnFreePorts(
  home: ServerHome,
  cliPath: string,
  options: EmbeddedServerOptions,
): Promise<RunningServer> {
  const ip = options.ip ?? '127.0.0.1';
  await requireFree(ip, options.port, 'the server');
  await requireFree(ip, options.uiPort, 'its UI');
  // A port that was free a moment ago can be taken by another program. Ports that were asked for are not changed.
  const triesForPorts = options.port && options.uiPort ? 1 : TRIES_FOR_FREE_PORTS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(home, cliPath, options);
    } catch (error) {
      const portTaken = String(error).includes('address already in use');
      if (attempt >= (portTaken ? triesForPorts : STARTS) || !(portTaken || endedEarly(error))) throw error;
      if (!portTaken) options.log('the Temporal server ended while it was starting; starting it once more');
    }
  }
}

// Looked at beforehand, because another Temporal server on that port would answer in place of ours.
async function requireFree(ip: string, port: number | undefined, what: string): Promise<void> {
  if (!port || (await isPortFree(ip, port))) return;
  throw new Failure(
    'Blocked',
    `Port ${port} of ${ip}, asked for ${what}, is in use by another program. Nothing was started. Choose another port, or none.`,
  );
}

async function start(home: ServerHome, cliPath: string, options: EmbeddedServerOptions): Promise<RunningServer> {
  const ip = options.ip ?? '127.0.0.1';
  const port = options.port || (await freePort(ip));
  const uiPort = options.uiPort || (await freePort(ip));
  const settings = { ip, port, uiPort, database: home.database };
  const id = await spawnDevServer(cliPath, devServerArguments(settings), home.logFile);
  try {
    writeServerRecord(home.directory, cliPath, id, settings);
    await withProgress('Temporal server, starting', options.log, () =>
      untilServing(id, `${ip}:${port}`, home.logFile, READY_WITHIN_MS),
    );
    return { id, ip, port, uiPort };
  } catch (error) {
    await stopProcess(id);
    removeServerRecord(home.directory);
    throw error;
  }
}
