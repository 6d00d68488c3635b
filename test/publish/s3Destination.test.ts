import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { S3ObjectsConfig } from '../../src/config/storageConfig.js';
import type { PublishDestination } from '../../src/publish/publishDestination.js';
import { filesOf, PublishManifest } from '../../src/publish/publishManifest.js';
import { openS3Destination } from '../../src/publish/s3Destination.js';
import { tryLock } from '../../src/temporal/processLock.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { s3Error, startFaultyProxy } from '../support/faultyProxy.js';
import { OBJECT_SERVER_KEYS, OBJECT_SERVER_REGION } from '../support/objectServer.js';
import { openPublishRig, publishTo, type PublishRig } from '../support/publishRig.js';
import { runRosterline } from '../support/runRosterline.js';

const program = await objectServerProgram();

describeObjectServer('publish to a bucket', program, (server) => {
  let rig: PublishRig;
  let config: S3ObjectsConfig;
  let client: S3Client;
  beforeEach(async () => {
    rig = await openPublishRig();
    config = await server().bucket({ lock: false, prefix: 'wfm/parquet' });
    client = new S3Client({
      endpoint: server().endpoint,
      region: OBJECT_SERVER_REGION,
      forcePathStyle: true,
      credentials: OBJECT_SERVER_KEYS,
    });
  });
  afterEach(async () => {
    client.destroy();
    await rig.close();
  });

  it('puts up what changed, the manifest last, and takes away what no manifest names', async () => {
    const first = await publishTo(await open(), rig.warehousePath);
    expect(first).toMatchObject({ changed: true, rows: 9 });
    await rig.loadDay('2026-02-03', ['ana', 'ben']);
    const second = await publishTo(await open(), rig.warehousePath);
    expect(second.written.map(({ table, month }) => [table, month])).toEqual([
      ['adherence_day', '2026-02'],
      ['coverage', '2026-02'],
    ]);
    // What a publish that was killed left behind.
    const left = `adherence_day/month=2026-02/part-${'0'.repeat(16)}.parquet`;
    await client.send(new PutObjectCommand({ Bucket: config.bucket, Key: `${config.prefix}/${left}`, Body: 'half' }));
    expect(await publishTo(await open(), rig.warehousePath)).toMatchObject({ changed: false, written: [] });

    const manifest = PublishManifest.parse(JSON.parse((await read('manifest.json')).toString()));
    expect(await keys()).toEqual([...filesOf(manifest).map(({ path }) => path), 'manifest.json'].sort());
    for (const { path, bytes } of filesOf(manifest)) expect((await read(path)).length).toBe(bytes);
  });

  it('refuses the slower of two publishes whole, and what the faster one published stands', async () => {
    const slow = await open('slow');
    const fast = await publishTo(await open('fast'), rig.warehousePath);
    const before = await read('manifest.json');
    await expect(publishTo(slow, rig.warehousePath, {}, '2026-05-01T00:00:00.000Z')).rejects.toMatchObject({
      name: 'Conflict',
      message: expect.stringContaining('another publish'),
    });
    expect(await read('manifest.json')).toEqual(before);
    expect(await publishTo(await open(), rig.warehousePath)).toMatchObject({ changed: false, rows: fast.rows });
  });

  it('refuses a second publish of this machine at its start', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ name: 'Blocked' });
    await first.close();
  });

  it('says why a part of a large file was refused, also where its parts cannot be taken back', async () => {
    const proxy = await startFaultyProxy(server().endpoint);
    config = { ...config, endpoint: proxy.url };
    const destination = await open();
    const localFile = join(destination.scratchDirectory, 'large.parquet');
    const put = async (): Promise<unknown> => {
      await writeFile(localFile, Buffer.alloc(33 * 1024 * 1024));
      return await destination.put({ localFile, path: 'large.parquet', sha256: '' }).catch((error: unknown) => error);
    };
    const refused = { name: 'Blocked', message: expect.stringContaining('AccessDenied') as unknown };
    const part = /^PUT .*partNumber=2/;
    proxy.meets((call) => (part.test(call) ? s3Error(403, 'AccessDenied') : null));
    expect(await put()).toMatchObject(refused);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }));
    expect(Uploads ?? []).toEqual([]);
    proxy.meets((call) => {
      if (part.test(call)) return s3Error(403, 'AccessDenied');
      return call.startsWith('DELETE') ? s3Error(404, 'NoSuchUpload') : null;
    });
    expect(await put()).toMatchObject(refused);
    await destination.close();
    await proxy.close();
  });

  it('refuses a prefix that holds something else, and a bucket that is not there', async () => {
    await client.send(new PutObjectCommand({ Bucket: config.bucket, Key: 'wfm/parquet/landings/abc', Body: 'x' }));
    await expect(open()).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('landings/abc'),
    });
    expect(await keys()).toEqual(['landings/abc']);
    config = { ...config, bucket: 'no-such-bucket' };
    await expect(open()).rejects.toMatchObject({ name: 'Blocked', message: expect.stringContaining('no such bucket') });
  });

  it('is what `rosterline publish --to s3://…` does', async () => {
    await rig.warehouse.release();
    const to = `s3://${config.bucket}/wfm?endpoint=${server().endpoint}&region=${OBJECT_SERVER_REGION}`;
    const environment = {
      ROSTERLINE_DATA: rig.directory,
      AWS_ACCESS_KEY_ID: OBJECT_SERVER_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OBJECT_SERVER_KEYS.secretAccessKey,
    };
    const { code, stdout } = await runRosterline(['publish', '--to', to], environment);
    expect(code).toBe(0);
    expect(stdout).toContain(`manifest s3://${config.bucket}/wfm/manifest.json`);
    const wrong = await runRosterline(['publish', '--to', 's3://B?region=x'], environment);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('rosterline: --to: ')]);
  });

  async function open(name = 'one'): Promise<PublishDestination> {
    return await openS3Destination(config, { scratchDirectory: join(rig.directory, name), takeLock: tryLock });
  }

  async function read(path: string): Promise<Buffer> {
    const answer = await client.send(new GetObjectCommand({ Bucket: config.bucket, Key: `${config.prefix}/${path}` }));
    return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  }

  async function keys(): Promise<string[]> {
    const { Contents: found = [] } = await client.send(new ListObjectsV2Command({ Bucket: config.bucket }));
    return found.map(({ Key: key }) => key?.slice(config.prefix.length + 1) ?? '').sort();
  }
});
