import type { Config } from '../config/loadConfig.js';
import { Failure, isFailure } from '../domain/failure.js';
import { createGenesysClient } from '../genesys/createGenesysClient.js';

/** The organisation of the configured client: one call. @param undone what was not done where it cannot be reached. */
export async function organisationOf(config: Config, undone: string): Promise<{ id: string; name: string }> {
  const client = createGenesysClient(config.genesys());
  try {
    return (await client.organization()).value;
  } catch (error) {
    if (!isFailure(error, 'Transient')) throw error;
    const again = error.message.replace('It is tried again.', 'Try again in a minute.');
    throw new Failure('Transient', `${again} ${undone}`, error.facts, { cause: error });
  } finally {
    await client.close();
  }
}
