import { NativeConnection } from '@temporalio/worker';
import { connectionSettings } from './connectionSettings.js';
import { reached } from './connectionTrouble.js';

/**
 * Connects a worker as the Temporal CLI would, or to the embedded server at an address: what the environment says of another server's
 * namespace, TLS and keys is not that one's.
 *
 * @throws Failure `Blocked` when no server answers.
 */
export async function connectWorker(address?: string): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace } =
    address === undefined ? connectionSettings() : { connectionOptions: { address }, namespace: 'default' };
  return {
    connection: await reached(connectionOptions, NativeConnection.connect(connectionOptions)),
    namespace,
  };
}
