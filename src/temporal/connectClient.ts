import { Client, Connection } from '@temporalio/client';
import { connectionSettings } from './connectionSettings.js';
import { reached } from './connectionTrouble.js';

/**
 * Connects a client as the Temporal CLI would.
 *
 * @param withinMs how long to try; ten seconds unless given.
 * @throws Failure `Blocked` when no server answers.
 */
export async function connectClient(withinMs?: number): Promise<{ client: Client; connection: Connection }> {
  const { connectionOptions, namespace } = connectionSettings();
  const connectTimeout = withinMs === undefined ? {} : { connectTimeout: withinMs };
  const connection = await reached(connectionOptions, Connection.connect({ ...connectionOptions, ...connectTimeout }));
  return { client: new Client({ connection, namespace }), connection };
}

/** Runs a step with a connected client, and closes the connection however it ends. @throws Failure as `connectClient`, and what the step throws. */
export async function withClient<T>(body: (client: Client) => Promise<T>): Promise<T> {
  const { client, connection } = await connectClient();
  try {
    return await body(client);
  } finally {
    await connection.close();
  }
}
