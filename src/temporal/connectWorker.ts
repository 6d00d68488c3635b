import { NativeConnection } from '@temporalio/worker';
import { connectionSettings, reached } from './connectionSettings.js';

/** Connects a worker as the Temporal CLI would, or to an address. @throws Failure `Blocked` when no server answers. */
export async function connectWorker(address?: string): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace } = connectionSettings(address);
  return {
    connection: await reached(connectionOptions.address, NativeConnection.connect(connectionOptions)),
    namespace,
  };
}
