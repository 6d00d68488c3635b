import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from '@jest/globals';
import { openS3Store, type S3Store } from '../../src/objects/s3Store.js';
import { objectStoreContract } from '../contract/objectStore.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { OBJECT_SERVER_KEYS } from '../support/objectServer.js';

const program = await objectServerProgram();
const WORKER = { accessKeyId: 'worker', secretAccessKey: 'not-a-secret-either' };
const PREFIX = 'org';

describeObjectServer('a user with the rights that docs/objects.md lists', program, (server) => {
  let root: S3Client;
  beforeAll(() => {
    const { endpoint } = server();
    execFileSync(program ?? '', [
      ...['admin', '--access', OBJECT_SERVER_KEYS.accessKeyId, '--secret', OBJECT_SERVER_KEYS.secretAccessKey],
      ...['--endpoint-url', endpoint, 'create-user', '--role', 'user'],
      ...['--access', WORKER.accessKeyId, '--secret', WORKER.secretAccessKey],
    ]);
    root = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: OBJECT_SERVER_KEYS });
  });
  afterAll(() => root.destroy());

  objectStoreContract('a bucket', async () => {
    const config = { ...(await server().bucket({ prefix: PREFIX })), credentials: WORKER };
    await root.send(new PutBucketPolicyCommand({ Bucket: config.bucket, Policy: documentedPolicy(config.bucket) }));
    const opened: S3Store[] = [];
    return {
      open() {
        const store = openS3Store(config);
        opened.push(store);
        return Promise.resolve(store);
      },
      async remove() {
        for (const store of opened) await store.close();
      },
    };
  });
});

/** The policy in the document, for one user of one bucket. */
function documentedPolicy(bucket: string): string {
  const text = /```json\n([^`]+)```/.exec(readFileSync('docs/objects.md', 'utf8'))?.[1] ?? '';
  const policy = JSON.parse(text.replaceAll('BUCKET', bucket).replaceAll('PREFIX', PREFIX)) as { Statement: object[] };
  const Statement = policy.Statement.map((each) => ({ ...each, Principal: { AWS: [WORKER.accessKeyId] } }));
  return JSON.stringify({ ...policy, Statement });
}
