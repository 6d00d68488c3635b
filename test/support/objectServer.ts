import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3ObjectsConfig } from '../../src/config/storageConfig.js';
import type { CertificateFiles } from './certificates.js';
import { ownPort } from './ownPort.js';

/** Keys that the server of the tests knows. */
export const OBJECT_SERVER_KEYS = { accessKeyId: 'roster', secretAccessKey: 'not-a-secret' };
export const OBJECT_SERVER_REGION = 'us-east-1';

/** A real S3 server on loopback, with its objects in a directory of its own. */
export interface ObjectServer {
  readonly endpoint: string;
  readonly pid: number;
  /** Where buckets are directories. */
  readonly directory: string;
  /** Makes a fresh bucket, with Object Lock unless told otherwise, and settings for it with a spool directory of their own. */
  bucket(options?: { lock?: boolean; prefix?: string }): Promise<S3ObjectsConfig>;
  /** Ends it at once, as a power cut would; `start` brings it back at the same address with what it had. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts versitygw with versions and Object Lock. It ends with this process.
 *
 * @param options.home an empty directory that the caller removes; else one of its own, which `close` removes.
 * @param options.keys what it knows; `OBJECT_SERVER_KEYS` unless given.
 */
export async function startObjectServer(
  program: string,
  options: { tls?: CertificateFiles; home?: string; keys?: typeof OBJECT_SERVER_KEYS } = {},
): Promise<ObjectServer> {
  const keys = options.keys ?? OBJECT_SERVER_KEYS;
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'rosterline-s3-'));
  const directory = join(home, 'buckets');
  for (const part of [directory, ...['versions', 'spools', 'users'].map((name) => join(home, name))])
    mkdirSync(part, { mode: 0o700 });
  const ip = '127.0.0.1';
  const port = await ownPort(ip);
  const tls = options.tls ? ['--cert', options.tls.certificate, '--key', options.tls.key] : [];
  const endpoint = `${options.tls ? 'https' : 'http'}://${ip}:${port}`;
  let child = await serving();
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', endWithUs);

  return {
    endpoint,
    directory,
    get pid() {
      return child.pid ?? 0;
    },
    async bucket({ lock = true, prefix = '' } = {}) {
      const bucket = `bucket-${randomBytes(6).toString('hex')}`;
      const client = new S3Client({
        endpoint,
        region: OBJECT_SERVER_REGION,
        forcePathStyle: true,
        credentials: keys,
        requestHandler: { httpsAgent: { rejectUnauthorized: false } },
      });
      await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: lock }));
      client.destroy();
      return {
        kind: 's3',
        bucket,
        prefix,
        endpoint,
        region: OBJECT_SERVER_REGION,
        credentials: keys,
        retention: null,
        spoolDirectory: join(home, 'spools', bucket),
      };
    },
    kill,
    async start() {
      child = await serving();
    },
    async close() {
      process.off('exit', endWithUs);
      await kill();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function serving(): Promise<ChildProcess> {
    const started = spawn(
      program,
      [
        '--quiet',
        '--keep-alive',
        '--iam-dir',
        join(home, 'users'),
        '--port',
        `${ip}:${port}`,
        ...tls,
        'posix',
        '--versioning-dir',
        join(home, 'versions'),
        directory,
      ],
      {
        // To a file: one that outlives its test by accident must not keep the run's own output open.
        stdio: ['ignore', 'ignore', openSync(join(home, 'errors.log'), 'a')],
        env: {
          PATH: process.env['PATH'],
          ROOT_ACCESS_KEY: keys.accessKeyId,
          ROOT_SECRET_KEY: keys.secretAccessKey,
        },
      },
    );
    for (let tries = 0; !(await listens(ip, port)); tries++) {
      if (started.exitCode !== null) throw new Error(`versitygw ended with exit code ${started.exitCode}`);
      if (tries > 600) throw new Error('versitygw does not listen after 30 s');
      await pause(50);
    }
    return started;
  }
}

async function listens(ip: string, port: number): Promise<boolean> {
  return await new Promise((settle) => {
    const socket = connect(port, ip, () => {
      socket.destroy();
      settle(true);
    });
    socket.on('error', () => settle(false));
  });
}
