import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { ListenerSite } from './listenerSite.js';
import type { ListenerStrike } from './listenerStrikes.js';

const NOTICE_SECONDS = 4;
const ZOMBIE_MS = 3_000;
const REFUSED_MS = 3_000;
/** Longer than a heartbeat may take: another is to listen once the server is back. */
const TEMPORAL_AWAY_MS = 9_000;
const GARBLED_MESSAGES = 3;

/** Lets it happen. @returns what is to be done once somebody listens again. */
export async function befallListener(
  site: ListenerSite,
  kind: ListenerStrike,
): Promise<(() => Promise<void>) | undefined> {
  const { simulator } = site.rig;
  const { notifications } = simulator;
  switch (kind) {
    case 'worker':
      await site.killListener();
      break;
    case 'frozen': {
      const thaw = await site.freezeListener();
      return async () => {
        thaw();
        // What it still had in hand, it tries to write.
        await sleep(ZOMBIE_MS);
      };
    }
    case 'temporal':
      await site.withoutTemporal(TEMPORAL_AWAY_MS);
      // The server counts from its return.
      await sleep(TEMPORAL_AWAY_MS);
      break;
    case 'cut':
      notifications.befall({ kind: 'cut' });
      break;
    case 'silence':
      notifications.befall({ kind: 'silence' });
      break;
    case 'deaf':
      notifications.befall({ kind: 'silence', pongs: true });
      break;
    case 'revoked':
      simulator.addFault({ kind: 'tokenRevoked' });
      break;
    case 'evicted':
      notifications.befall({ kind: 'evict' });
      break;
    case 'closing':
      notifications.befall({ kind: 'closing', afterSeconds: NOTICE_SECONDS });
      break;
    case 'garbled': {
      const { published } = notifications.counts();
      notifications.befall({
        kind: 'unparsable',
        times: GARBLED_MESSAGES,
        topic: 'v2.workforcemanagement.managementunits.',
      });
      await eventually(
        'some messages more',
        () => notifications.counts().published > published + 10 * GARBLED_MESSAGES,
      );
      break;
    }
    case 'refused': {
      const path = '/api/v2/notifications/';
      const id = simulator.addFault({ kind: 'status', method: '*', path, status: 503, times: null });
      notifications.befall({ kind: 'cut' });
      setTimeout(() => {
        simulator.removeFaults(id);
      }, REFUSED_MS);
    }
  }
  return undefined;
}
