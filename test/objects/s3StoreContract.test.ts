import { openS3Store, type S3Store } from '../../src/objects/s3Store.js';
import { objectStoreContract } from '../contract/objectStore.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';

const program = await objectServerProgram();

// A folder of a bucket, with the least rights: s3Rights.test.ts.
describeObjectServer('an S3 server', program, (server) => {
  objectStoreContract('a bucket', async () => {
    const config = await server().bucket();
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
