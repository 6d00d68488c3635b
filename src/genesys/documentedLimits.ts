import type { DocumentedLimit } from '../domain/budget/budgetReports.js';
import { isFailure } from '../domain/failure.js';
import type { GenesysClient } from './genesysClient.js';
import type { GenesysLog } from './genesysLog.js';

/**
 * The namespaces of Genesys's list of limits that the calls of this client fall under.
 *
 * Source: the namespaces in the models of Genesys's official SDKs.
 */
export const LIMIT_NAMESPACES = [
  'platform.api',
  'historical.adherence',
  'workforce.management',
  'analytics',
  'telephony.configuration',
  'datatables',
  'outbound',
] as const;

/** Of each namespace, the limits that are about how much may be asked: its lists have sizes of objects, too. */
const ABOUT_CALLS = /rate|per\.(second|minute|hour|day)|concurrent|in\.?flight|requests?\.|jobs?\./i;

/** What is handed on, at most: it goes into the keeper's state. */
const MOST_LIMITS = 50;

/**
 * Reads Genesys's own list of limits, one call a namespace.
 *
 * Never fails: who may not read it, or an organisation that has no such namespace, is a line in the log.
 */
export async function documentedLimits(client: GenesysClient, log: GenesysLog): Promise<DocumentedLimit[]> {
  const found: DocumentedLimit[] = [];
  for (const namespace of LIMIT_NAMESPACES) {
    try {
      const limits = await client.limits(namespace);
      found.push(...limits.filter(({ key, value }) => ABOUT_CALLS.test(key) && Number.isFinite(value)));
    } catch (error) {
      const why = isFailure(error) ? error.name : typeof error;
      log.debug({ namespace, why }, 'this namespace of the limits is not to be read');
      // What is refused for one is refused for all; what is only missing is not.
      if (!isFailure(error, 'InvalidInput')) break;
    }
  }
  return found.slice(0, MOST_LIMITS);
}
