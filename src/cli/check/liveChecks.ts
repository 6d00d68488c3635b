import { ACCESS_RIGHTS, neededText } from '../../domain/accessRights.js';
import type { Checklist } from '../../domain/checklist.js';
import type { LiveSettings } from '../../domain/live/liveSettings.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';

/** What these checks are called. */
const NAMES = { topics: 'live: topics', adherence: 'live: adherence', statuses: 'live: routing statuses' } as const;

/** How Genesys's list names the topic of a user's routing status. */
const USER_TOPIC = /^v2\.users\.\{id\}\.routingstatus$/i;

/**
 * What a live feed reads, once each, and whether its topics are for this client. Opens no channel: the 21st would take another's place.
 *
 * @param userId whom to ask about; undefined where no user is known.
 */
export async function checkLive(
  list: Checklist,
  client: GenesysClient,
  settings: LiveSettings,
  userId: string | undefined,
  waiting: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<void> {
  await list.look(NAMES.topics, neededText(ACCESS_RIGHTS.availableTopics), async () => {
    const topics = await waiting(() => client.availableTopics());
    const ofUser = topics.find(({ id }) => USER_TOPIC.test(id));
    const isForUsers = settings.occupancy && ofUser?.requiresCurrentUser === true;
    return isForUsers
      ? {
          value: topics,
          message: `${topics.length}; topics of users are for these users alone, by Genesys's list: a client of Client Credentials is nobody, so occupancy_live may stay off. 'rosterline live status' says whether it is`,
          warning: true,
        }
      : { value: topics, message: `${topics.length} to listen to` };
  });
  const because = 'no user is known';
  if (settings.adherence) {
    const needed = neededText(ACCESS_RIGHTS.realTimeAdherence);
    if (userId === undefined) list.skip(NAMES.adherence, needed, because);
    else
      await list.look(NAMES.adherence, needed, async () => {
        await waiting(() => client.adherenceOf([userId]));
        return { value: true, message: 'of this moment may be read' };
      });
  }
  if (settings.occupancy) {
    const needed = neededText(ACCESS_RIGHTS.users);
    if (userId === undefined) list.skip(NAMES.statuses, needed, because);
    else
      await list.look(NAMES.statuses, needed, async () => {
        await waiting(() => client.routingStatusesOf([userId]));
        return { value: true, message: 'of this moment may be read' };
      });
  }
}

/** Says why none of them could be made. */
export function skipLive(list: Checklist, settings: LiveSettings, because: string): void {
  list.skip(NAMES.topics, neededText(ACCESS_RIGHTS.availableTopics), because);
  if (settings.adherence) list.skip(NAMES.adherence, neededText(ACCESS_RIGHTS.realTimeAdherence), because);
  if (settings.occupancy) list.skip(NAMES.statuses, neededText(ACCESS_RIGHTS.users), because);
}
