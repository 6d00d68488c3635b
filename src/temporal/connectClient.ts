import { Client, Connection } from '@temporalio/client';
import { connectionSettings, reached } from './connectionSettings.js';

/** Connects a client as the Temporal CLI would. @throws Failure `Blocked` when no server answers. */
export async function connectClient(): Promise<{ client: Client; connection: Connection }> {
  const { connectionOptions, namespace } = connectionSettings();
  const connection = await reached(connectionOptions.address, Connection.connect(connectionOptions));
  return { client: new Client({ connection, namespace }), connection };
}
