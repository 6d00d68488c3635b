import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdbLiveStore } from '../../src/warehouse/live/openDuckdbLiveStore.js';
import { liveStoreContract } from '../contract/liveStore.js';

async function place() {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-live-'));
  const open = () =>
    openDuckdbLiveStore({ path: join(directory, 'live.duckdb'), tempDirectory: join(directory, 'temp') });
  return { directory, open };
}

liveStoreContract('the live rows in a DuckDB file', async () => {
  const { directory, open } = await place();
  const store = open();
  return {
    store,
    again: open,
    close: async () => {
      await store.release();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
