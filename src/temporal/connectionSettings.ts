import { readFileSync } from 'node:fs';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { type ClientConfigProfile, loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { readSecret } from '../config/secretFile.js';
import { Failure } from '../domain/failure.js';
import { isPrivateHost } from '../domain/privateHost.js';

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const SWITCHES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] as const;

/** How a Temporal server is reached. */
export interface TemporalSettings {
  readonly connectionOptions: NativeConnectionOptions & { readonly address: string };
  readonly namespace: string;
}

/**
 * How the Temporal CLI would connect: `temporal.toml` profiles and `TEMPORAL_*` variables, else 127.0.0.1:7233.
 *
 * `TEMPORAL_API_KEY_FILE` is ours: a file with the key. Variables that are set to nothing count as not set.
 *
 * @throws Failure `InvalidInput` naming the variable or the profile; never quoting a file, which may hold a key.
 */
export function connectionSettings(env: NodeJS.ProcessEnv = process.env): TemporalSettings {
  const variables = setVariables(env);
  const source = variables['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml in the user’s configuration directory';
  const name = variables['TEMPORAL_PROFILE'];
  const profile = readProfile(variables, source, name);
  refuseHalves(profile, variables);
  const { connectionOptions, namespace } = withFiles(() => toClientOptions(profile), source, name);
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  refuseOpenKey(address, connectionOptions);
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default' };
}

/** Temporal's variables that are set to something, with the key from its file. */
function setVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  // An empty one of these takes the header away that a profile has.
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && (value !== '' || name.startsWith('TEMPORAL_GRPC_META_'))) variables[name] = value;
  for (const name of SWITCHES)
    if (variables[name] !== undefined && !/^(1|0|true|false)$/.test(variables[name]))
      throw new Failure('InvalidInput', `${name}: not true or false (1 or 0); anything else would count as false`);
  const apiKey = readSecret(
    { value: variables['TEMPORAL_API_KEY'], file: env['TEMPORAL_API_KEY_FILE'], fileVariable: 'TEMPORAL_API_KEY_FILE' },
    (file) => file,
  );
  if (apiKey !== null) variables['TEMPORAL_API_KEY'] = apiKey;
  return variables;
}

function readProfile(variables: Record<string, string>, source: string, name: string | undefined): ClientConfigProfile {
  const file = variables['TEMPORAL_CONFIG_FILE'];
  return withFiles(
    () =>
      loadClientConfigProfile({
        overrideEnvVars: variables,
        // Read here: the library passes over a file that is not there, and would ask another server.
        ...(file === undefined ? {} : { configSource: { data: readFileSync(file) } }),
      }),
    source,
    name,
  );
}

/** Runs a step of reading; what it throws is told without what stands in the file. */
function withFiles<T>(read: () => T, source: string, profile: string | undefined): T {
  try {
    return read();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const [said = ''] = error instanceof Error ? error.message.split('\n') : [];
    const why =
      code !== undefined && path !== undefined
        ? `cannot read ${path} (${code})`
        : /^Profile/.test(said)
          ? `there is no profile ${profile ?? 'default'} in it (TEMPORAL_PROFILE)`
          : said;
    throw new Failure('InvalidInput', `Temporal's settings (TEMPORAL_* and ${source}): ${why}`);
  }
}

/** What the library would pass over in silence. */
function refuseHalves({ tls }: ClientConfigProfile, variables: Record<string, string>): void {
  if ((tls?.clientCert === undefined) !== (tls?.clientKey === undefined))
    throw new Failure(
      'InvalidInput',
      `Temporal's settings: a client certificate needs its key: set both TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, or both in the profile`,
    );
  if (/^(1|true)$/.test(variables['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] ?? ''))
    throw new Failure(
      'InvalidInput',
      'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: hosts are always verified here; name the authority (TEMPORAL_TLS_SERVER_CA_CERT_PATH), and the certificate’s host (TEMPORAL_TLS_SERVER_NAME) where it differs',
    );
}

function refuseOpenKey(address: string, { apiKey, tls }: NativeConnectionOptions): void {
  if (apiKey === undefined || tls !== false) return;
  const host = address.replace(/:\d+$/, '');
  if (!isPrivateHost(host))
    throw new Failure('InvalidInput', `TEMPORAL_TLS: an API key would travel in clear to ${host}; leave TLS on`);
}
