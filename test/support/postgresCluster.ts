import { execFile } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ownPort } from './ownPort.js';

const run = promisify(execFile);

/** Where a PostgreSQL server listens, and its superuser. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly superuser: string;
  readonly password: string;
}

/** A PostgreSQL cluster of a test's own. */
export interface PostgresCluster {
  readonly directory: string;
  readonly server: PostgresServer;
  /** The process that all others of the server descend from. */
  processId(): { readonly pid: number };
  /** `immediate`: as after a power cut. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Puts a file into its data directory that the server may read and nobody else. */
  put(name: string, text: string): void;
  /** Gives a directory to the user that the server runs as. */
  own(directory: string): void;
  remove(): Promise<void>;
}

export interface ClusterSettings {
  /** Whether the server flushes its writes, as production does. */
  readonly fsync: boolean;
  /** Further lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Files of its data directory, by name, which the server may read and nobody else. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A server refuses root: tests of root run it as this user. */
const SERVER_USER = 'postgres';
const SUPERUSER = 'postgres';
const PASSWORD = 'not-a-secret-either';

/** Makes and starts a cluster in a new directory, listening on 127.0.0.1. Takes a second. */
export async function startPostgresCluster({
  fsync,
  settings = {},
  files = {},
}: ClusterSettings): Promise<PostgresCluster> {
  const programs = programsDirectory();
  const directory = mkdtempSync(join(tmpdir(), `rosterline-postgres-${process.pid}-`));
  const data = join(directory, 'data');
  giveToServer(directory);
  mkdirSync(data, { mode: 0o700 });
  giveToServer(data);
  const port = await ownPort('127.0.0.1');
  const put = (path: string, text: string) => {
    writeFileSync(path, text, { mode: 0o600 });
    giveToServer(path);
  };
  put(join(directory, 'password'), PASSWORD);
  await asServer(join(programs, 'initdb'), [
    '-D',
    data,
    '-U',
    SUPERUSER,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    `--pwfile=${join(directory, 'password')}`,
  ]);
  const lines = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: directory,
    fsync: fsync ? 'on' : 'off',
    shared_buffers: '64MB',
    ...settings,
  };
  put(
    join(data, 'postgresql.auto.conf'),
    Object.entries(lines)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(''),
  );
  for (const [name, text] of Object.entries(files)) put(join(data, name), text);
  const control = async (...command: string[]): Promise<void> => {
    await asServer(join(programs, 'pg_ctl'), ['-D', data, '-w', '-t', '60', '-l', join(directory, 'log'), ...command]);
  };
  await control('start');
  return {
    directory,
    server: { host: '127.0.0.1', port, database: 'postgres', superuser: SUPERUSER, password: PASSWORD },
    processId: () => ({ pid: Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]) }),
    stop: (mode = 'fast') => control('stop', '-m', mode),
    start: () => control('start'),
    put: (name, text) => put(join(data, name), text),
    own: giveToServer,
    remove: async () => {
      if (existsSync(join(data, 'postmaster.pid'))) await control('stop', '-m', 'immediate').catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function giveToServer(path: string): void {
  if (!isRoot()) return;
  const { uid, gid } = serverIds();
  chownSync(path, uid, gid);
}

function serverIds(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${SERVER_USER}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error(`PostgreSQL refuses root, and there is no user ${SERVER_USER} to run it as; or set POSTGRES_URL`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function asServer(program: string, args: readonly string[]): Promise<void> {
  const options = { cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' } };
  if (isRoot() && userInfo().username !== SERVER_USER)
    await run('runuser', ['-u', SERVER_USER, '--', program, ...args], options);
  else await run(program, [...args], options);
}

/** Where PostgreSQL's programs are: on the path, or where Debian puts them. @throws Error where there are none. */
export function programsDirectory(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const places = [
    ...versions.filter((version) => version >= 15).map((version) => join(debian, String(version), 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'pg_ctl')));
  if (found === undefined)
    throw new Error('no PostgreSQL 15 or newer here (initdb, pg_ctl); install it, or set POSTGRES_URL');
  return found;
}
