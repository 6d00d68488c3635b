import { z } from 'zod';

/** What an administrator, or a leak, can do to the OAuth client. They last until they are removed. */
export const ACCESS_FAULTS = [
  /** Every token issued so far answers 401 from now on; over in itself, new tokens are good. */
  z.strictObject({ kind: z.literal('tokenRevoked') }),
  /** The client's secret is this one from now on: logins with the old one fail, tokens go on. (Default: the first client) */
  z.strictObject({ kind: z.literal('clientSecret'), secret: z.string().min(1), clientId: z.string().optional() }),
  /** No client has the permission any more, such as `wfm:historicalAdherence:view`: calls that need it answer 403. */
  z.strictObject({ kind: z.literal('permissionWithdrawn'), permission: z.string().min(1) }),
  /** No client has the scope any more, such as `analytics:readonly`, in an organisation that enforces scopes. */
  z.strictObject({ kind: z.literal('scopeWithdrawn'), scope: z.string().min(1) }),
] as const;
