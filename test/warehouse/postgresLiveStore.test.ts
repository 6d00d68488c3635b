import { openPostgresLiveStore } from '../../src/warehouse/live/openPostgresLiveStore.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';
import { liveStoreContract } from '../contract/liveStore.js';
import { postgresServer, testSchema } from '../support/postgresServer.js';

const server = await postgresServer();

liveStoreContract('the live rows in Postgres', async () => {
  const schema = await testSchema(server);
  const opened: LiveStore[] = [];
  const open = (): LiveStore => {
    const store = openPostgresLiveStore(schema.config);
    opened.push(store);
    return store;
  };
  return {
    store: open(),
    again: open,
    close: async () => {
      await Promise.all(opened.map((store) => store.release()));
      await schema.drop();
    },
  };
});
