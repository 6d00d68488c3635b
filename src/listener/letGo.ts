import type { Connection } from './connection.js';
import type { ListenerParts } from './listenerParts.js';

/** Closes a connection's socket and takes the topics of its channel away: there is no call that deletes one. Throws nothing. */
export async function letGo(
  { calls, log }: Pick<ListenerParts, 'calls' | 'log'>,
  connection: Connection | null,
): Promise<void> {
  if (connection?.channel == null) return;
  const { channel } = connection;
  channel.socket.close();
  await calls.unsubscribe(channel.id).catch((error: unknown) => {
    // It delivers to nobody, and expires within a day.
    log.debug({ why: String(error) }, 'a notification channel could not be let go of');
  });
}
