import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { Failure } from '../domain/failure.js';

/** Connects as the Temporal CLI would: `temporal.toml` profiles and `TEMPORAL_*` variables, else 127.0.0.1:7233. */
export async function connectClient(address?: string): Promise<{ client: Client; connection: Connection }> {
  const config = clientConfig(address);
  try {
    const connection = await Connection.connect(config.connectionOptions);
    return { client: new Client({ connection, namespace: config.namespace }), connection };
  } catch (error) {
    throw unreachable(config.connectionOptions.address, error);
  }
}

/** The same server, for a worker. */
export async function connectWorker(address?: string): Promise<{ connection: NativeConnection; namespace: string }> {
  const config = clientConfig(address);
  try {
    return { connection: await NativeConnection.connect(config.connectionOptions), namespace: config.namespace };
  } catch (error) {
    throw unreachable(config.connectionOptions.address, error);
  }
}

function clientConfig(address?: string) {
  const config = loadClientConnectConfig();
  return {
    connectionOptions: {
      ...config.connectionOptions,
      address: address ?? config.connectionOptions.address ?? '127.0.0.1:7233',
    },
    namespace: config.namespace ?? 'default',
  };
}

function unreachable(address: string, cause: unknown): Failure {
  return new Failure(
    'Blocked',
    `no Temporal server answers at ${address}; start one with 'rosterline dev', or set TEMPORAL_ADDRESS`,
    {},
    { cause },
  );
}
