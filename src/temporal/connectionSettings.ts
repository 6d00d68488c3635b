import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Failure } from '../domain/failure.js';

/** How the Temporal CLI would connect: `temporal.toml` profiles and `TEMPORAL_*` variables, else 127.0.0.1:7233. */
export function connectionSettings(address?: string) {
  const config = loadClientConnectConfig();
  return {
    connectionOptions: {
      ...config.connectionOptions,
      address: address ?? config.connectionOptions.address ?? '127.0.0.1:7233',
    },
    namespace: config.namespace ?? 'default',
  };
}

/** Runs a connection's start. @throws Failure `Blocked` when no server answers. */
export async function reached<T>(address: string, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    throw new Failure(
      'Blocked',
      `no Temporal server answers at ${address}; start one with 'rosterline dev', or set TEMPORAL_ADDRESS`,
      {},
      { cause: error },
    );
  }
}
