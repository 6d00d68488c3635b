import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileStore } from '../../src/objects/fileStore.js';
import { objectStoreContract } from '../contract/objectStore.js';

objectStoreContract('a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-objects-'));
  return {
    open: () => Promise.resolve(openFileStore({ directory })),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
});
