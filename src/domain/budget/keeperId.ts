/** Workflow type of the keeper, and what it is asked and told. */
export const BUDGET_KEEPER = 'budgetKeeper';

/**
 * Workflow id of an OAuth client's keeper: one for all workers that share the client, and nothing in it that tells the client's id.
 *
 * @param clientIdSha256 SHA-256 of the client id, in hexadecimal.
 */
export function budgetKeeperId(clientIdSha256: string): string {
  return `budget/${clientIdSha256.slice(0, 12)}`;
}
