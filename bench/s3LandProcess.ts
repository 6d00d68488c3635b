import { randomFillSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3ObjectsConfig } from '../src/config/storageConfig.js';
import { openS3Store } from '../src/objects/s3Store.js';
import { forgetPeak, peakBytes, processorSeconds, residentBytes } from './processMemory.js';

/** One body to send: by our store, or by the SDK's own upload with its defaults. */
export interface SendTask {
  readonly by: 'us' | 'sdk';
  readonly bytes: number;
  /** Gives bytes of its own to each body. */
  readonly number: number;
}

/** What a process says before its first body. */
export interface SenderReady {
  readonly idleBytes: number;
}

/** What it took. */
export interface Sent {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

const CHUNK_BYTES = 256 * 1024;

/** Sends bodies as it is told, one at a time, so that the memory of each can be seen. Ends with its parent. */
function main(config: S3ObjectsConfig): void {
  const store = openS3Store(config);
  const client = new S3Client({
    region: config.region,
    forcePathStyle: true,
    ...(config.endpoint !== null && { endpoint: config.endpoint }),
    ...(config.credentials !== null && { credentials: config.credentials }),
  });
  process.on('disconnect', () => process.exit());
  process.on('message', (task: SendTask) => {
    void send(task).then((sent) => process.send?.(sent));
  });
  process.send?.({ idleBytes: residentBytes('self') } satisfies SenderReady);

  async function send(task: SendTask): Promise<Sent> {
    forgetPeak('self');
    const [busyBefore, startedAt] = [processorSeconds(process.pid), performance.now()];
    if (task.by === 'us') await land(task);
    else await upload(task);
    return {
      seconds: (performance.now() - startedAt) / 1000,
      processorSeconds: processorSeconds(process.pid) - busyBefore,
      peakBytes: peakBytes('self'),
    };
  }

  async function land(task: SendTask): Promise<void> {
    const opened = await store.spool(`bench/${task.number}`);
    if ('landed' in opened) throw new Error('landed already');
    await opened.spool.begin({ totalBytes: task.bytes, etag: null, encoding: 'identity' });
    await opened.spool.append(body(task), () => undefined);
    await opened.spool.finish();
  }

  async function upload(task: SendTask): Promise<void> {
    const Body = Readable.from(body(task), { objectMode: false });
    await new Upload({ client, params: { Bucket: config.bucket, Key: `bench/${task.number}`, Body } }).done();
  }
}

/** Bytes that do not compress, as chunks of a socket come: each a buffer of its own. */
async function* body({ bytes, number }: SendTask): AsyncGenerator<Uint8Array> {
  const noise = randomFillSync(Buffer.allocUnsafe(CHUNK_BYTES));
  for (let at = 0; at < bytes; at += CHUNK_BYTES) {
    const chunk = Buffer.from(noise.subarray(0, Math.min(CHUNK_BYTES, bytes - at)));
    chunk.writeUInt32LE(at % 2 ** 32, 0);
    chunk.writeUInt32LE(number, 4);
    yield chunk;
    await new Promise(setImmediate);
  }
}

main(JSON.parse(process.argv[2] ?? '') as S3ObjectsConfig);
