import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { createGenesysClient } from '../../genesys/createGenesysClient.js';
import type { AuditEntry } from '../../genesys/auditCalls.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import { patiently } from '../patiently.js';
import { createStatusLine } from '../statusLine.js';

/** How long before a round first saw a change it may have been made, and how long after: clocks differ. */
const BEFORE_MS = 24 * 3_600_000;
const AFTER_MS = 5 * 60_000;
const LOOK_EVERY_MS = 1000;
const ENDS_WITHIN_MS = 120_000;

/** Who changed a route by hand, or why that cannot be told. Names are for a screen: never for a log or a history. */
export interface HandChanges {
  readonly outboundRoute: string;
  readonly changes: readonly { readonly at: string; readonly who: string; readonly action: string | null }[];
  readonly notTold: string | null;
}

/**
 * Asks Genesys's audit who changed a route around the time at which a round first saw it changed; our own client's changes are left out.
 * What stands in the way of asking (no permission, no network) is told, not thrown: the rest of the explanation stands without.
 */
export async function changesByHand(config: Config, outboundRoute: string, sinceIso: string): Promise<HandChanges> {
  const status = createStatusLine();
  try {
    const genesys = config.genesys();
    const client = createGenesysClient(genesys);
    try {
      const entries = await auditOf(client, outboundRoute, Date.parse(sinceIso), (doing) => status.show(doing));
      const changes = entries
        .filter(({ clientId }) => clientId !== genesys.clientId)
        .map(({ at, action, userName, userId, clientId }) => ({
          at,
          action,
          who: userName ?? userId ?? (clientId === null ? 'somebody unnamed' : `OAuth client ${clientId}`),
        }));
      return { outboundRoute, changes, notTold: changes.length > 0 ? null : 'the audit has no such change' };
    } finally {
      await client.close();
    }
  } catch (error) {
    return { outboundRoute, changes: [], notTold: error instanceof Error ? error.message : String(error) };
  } finally {
    status.end();
  }
}

async function auditOf(
  client: GenesysClient,
  entityId: string,
  sinceMs: number,
  say: (doing: string) => void,
): Promise<AuditEntry[]> {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const question = { from: iso(sinceMs - BEFORE_MS), to: iso(Math.min(Date.now(), sinceMs + AFTER_MS)), entityId };
  let { value: query } = await patiently(() => client.askAudit(question), say);
  for (const giveUpAtMs = Date.now() + ENDS_WITHIN_MS; query.state === 'Queued' || query.state === 'Running'; ) {
    if (Date.now() > giveUpAtMs)
      throw new Failure(
        'NotReady',
        `Genesys's audit has not answered within ${ENDS_WITHIN_MS / 1000} s; ask again later`,
      );
    say("waiting for Genesys's audit");
    await sleep(LOOK_EVERY_MS);
    ({ value: query } = await patiently(() => client.auditQuery(query.id), say));
  }
  if (query.state !== 'Succeeded')
    throw new Failure('Transient', `Genesys's audit query ended ${query.state}; ask again later`);
  const entries: AuditEntry[] = [];
  for (let cursor: string | undefined; ; ) {
    const { value: page } = await patiently(() => client.auditResults(query.id, cursor), say);
    entries.push(...page.entries);
    if (page.cursor === null || page.entries.length === 0) return entries;
    cursor = page.cursor;
  }
}
