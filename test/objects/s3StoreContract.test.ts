import { openS3Store, type S3Store } from '../../src/objects/s3Store.js';
import { objectStoreContract } from '../contract/objectStore.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';

const program = await objectServerProgram();

describeObjectServer('an S3 server', program, (server) => {
  for (const [name, prefix] of [
    ['a bucket', ''],
    ['a folder of a bucket', 'org/one'],
  ] as const) {
    objectStoreContract(name, async () => {
      const config = await server().bucket({ prefix });
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
  }
});
