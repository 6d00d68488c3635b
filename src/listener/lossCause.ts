import type { GapCause } from '../domain/live/liveSink.js';
import type { SocketEnd } from './channelSocket.js';
import type { Connection } from './connection.js';
import type { ListenerParts } from './listenerParts.js';

/** Why a connection was lost, as far as it can be told; of a socket that merely ended, Genesys is asked what became of its channel. */
export async function lossCause(
  { calls, clock }: Pick<ListenerParts, 'calls' | 'clock'>,
  { channel, isClosing, renewedMs }: Connection,
  cause: Exclude<SocketEnd['cause'], 'let go'>,
): Promise<GapCause> {
  if (cause === 'silence' || cause === 'tokenRevoked') return cause;
  if (isClosing) return 'closing';
  if (channel === null) return cause;
  if (clock.steadyMs() - renewedMs >= channel.lifeMs) return 'expired';
  // A channel that is not there any more was evicted by a newer one; of a cut line the channel goes on.
  return calls.isChannelAlive(channel.id).then(
    (isAlive) => (isAlive ? cause : 'evicted'),
    () => cause,
  );
}
