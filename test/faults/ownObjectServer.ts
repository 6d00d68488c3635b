import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3ObjectsConfig } from '../../src/config/storageConfig.js';
import { findObjectServer } from '../../src/temporal/findObjectServer.js';
import { type ObjectServer, startObjectServer } from '../support/objectServer.js';
import { KillableServer } from './outages.js';

/** An S3 server of this run's own with a bucket with Object Lock, that can be killed and comes back with what it had. */
export class OwnObjectServer extends KillableServer {
  private constructor(
    private readonly server: ObjectServer,
    private readonly bucket: S3ObjectsConfig,
  ) {
    super();
  }

  static async start(): Promise<OwnObjectServer> {
    const { path } = await findObjectServer({ log: () => undefined });
    const server = await startObjectServer(path);
    return new OwnObjectServer(server, await server.bucket());
  }

  get pid(): number {
    return this.server.pid;
  }

  /** What a worker is told of it; retention of a day, so that everything is written under Object Lock. */
  get settings(): Record<string, string> {
    const { bucket, endpoint, region, credentials } = this.bucket;
    return {
      OBJECTS_URL: `s3://${bucket}/production?${new URLSearchParams({ endpoint: endpoint ?? '', region }).toString()}`,
      OBJECTS_RETENTION_DAYS: '1',
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
    };
  }

  /** Seals that are written, counted on its disk: it need not answer. */
  async sealsWritten(): Promise<number> {
    const seals = join(this.server.directory, this.bucket.bucket, 'production', 'seals');
    const names = await readdir(seals, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith('.json')).length;
  }

  protected async killNow(): Promise<void> {
    await this.server.kill();
  }

  protected async startAgain(): Promise<void> {
    await this.server.start();
  }

  protected async end(): Promise<void> {
    await this.server.close();
  }
}
