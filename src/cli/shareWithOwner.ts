import { describeLocation } from '../config/describeLocation.js';
import type { Config } from '../config/loadConfig.js';
import type { Shared } from '../domain/ownerIdentity.js';
import type { Output } from './output.js';

/** How a worker shares its objects with the owner of the warehouse. */
interface Sharing {
  /** For people. */
  readonly told: string;
  /** Rejects when an owner comes that reads other objects; settles in no other way. */
  readonly refused: Promise<never>;
}

/**
 * Waits until what this worker lands is known to reach the owner of the warehouse.
 *
 * @returns null when stopped before.
 * @throws Failure `Blocked` when no Temporal server answers, or the owner reads other objects.
 */
export async function shareWithOwner(config: Config, output: Output, stopping: AbortSignal): Promise<Sharing | null> {
  const { connectClient, untilOwner, untilShared } = await import('./workerParts.js');
  const { client, connection } = await connectClient();
  const watch = async (): Promise<never> => {
    await untilOwner(client, config, stopping).finally(async () => await connection.close());
    return await forever();
  };
  let shared: Shared | null = null;
  try {
    shared = await untilShared(client, config, (line) => output.say(line), stopping);
  } finally {
    if (shared?.is !== 'nobody') await connection.close();
  }
  if (shared === null) return null;
  const refused = shared.is === 'nobody' ? watch() : forever();
  // Looked at once the worker runs; until then it must not count as unhandled.
  refused.catch(() => undefined);
  return { told: `API work alone, landed in ${describeLocation(config.objects)}; ${ownerText(shared)}`, refused };
}

function ownerText(shared: Shared): string {
  switch (shared.is) {
    case 'nobody':
      return 'nobody owns the warehouse now, and loads wait for one who does';
    case 'untold':
      return `loads are left to ${shared.owner}, which does not tell whether it reads there`;
    default:
      return `loads are left to ${shared.owner}`;
  }
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
