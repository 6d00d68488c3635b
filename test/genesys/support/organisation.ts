import { createGenesysClient, type GenesysClientOptions } from '../../../src/genesys/createGenesysClient.js';
import type { GenesysClient } from '../../../src/genesys/genesysClient.js';
import { ANY_LOOPBACK_PORT, type GenesysClientConfig } from '../../../src/genesys/genesysClientConfig.js';
import { type Arrival, type Reply, type Script, type ScriptedServer, startScriptedServer } from './scriptedServer.js';

export const CLIENT_SECRET = 'the-secret-of-the-client';
export const TOKEN = 'token-number-';

/** A small organisation: issues tokens, and answers each path end with the reply or script given for it. */
export interface Organisation {
  readonly server: ScriptedServer;
  readonly client: GenesysClient;
  /** Says how calls whose path ends so are answered. */
  readonly on: (pathEnd: string, reply: Reply | Script) => void;
  /** Tokens issued so far. */
  tokens(): number;
  close(): Promise<void>;
}

export async function startOrganisation(
  config: Partial<GenesysClientConfig> = {},
  options: GenesysClientOptions = {},
): Promise<Organisation> {
  const replies = new Map<string, Reply | Script>();
  let tokens = 0;
  replies.set('/oauth/token', () => {
    tokens++;
    return { json: { access_token: `${TOKEN}${tokens}`, expires_in: 86_400, token_type: 'bearer' } };
  });
  replies.set('/organizations/me', { json: { id: 'org-1', name: 'Example', unknown: true } });
  const server = await startScriptedServer((arrival: Arrival, response) => {
    const path = arrival.path.split('?')[0] ?? '';
    const found = [...replies.entries()].reverse().find(([end]) => path.endsWith(end))?.[1];
    if (found === undefined) return { status: 404, json: { code: 'not.found', message: `nothing at ${path}` } };
    return typeof found === 'function' ? found(arrival, response) : found;
  });
  const client = createGenesysClient(
    {
      apiUrl: server.url,
      loginUrl: server.url,
      clientId: 'client-1',
      clientSecret: CLIENT_SECRET,
      downloadHosts: [ANY_LOOPBACK_PORT],
      ...config,
    },
    options,
  );
  return {
    server,
    client,
    on(pathEnd, reply) {
      replies.delete(pathEnd);
      replies.set(pathEnd, reply);
    },
    tokens: () => tokens,
    async close() {
      await client.close();
      await server.close();
    },
  };
}
