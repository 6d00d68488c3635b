import type { CallAnswer } from './apiCall.js';
import type { Download } from './download.js';
import type { Endpoint } from './endpoints.js';
import type { JobCounts } from './jobCounts.js';
import type { Sdk } from './sdk.js';

/** What the calls of every area are made through: the client's parts, for one lane. */
export interface LaneCalls {
  readonly sdk: Sdk;
  /** One call of an endpoint; `invoke` is the SDK's method for it. @throws Failure */
  readonly make: (
    endpoint: Endpoint,
    invoke: () => Promise<unknown>,
    sentUserIds?: readonly string[],
  ) => Promise<CallAnswer>;
  /** A signed URL's body from its start. */
  readonly download: (url: string) => Promise<Download>;
  readonly jobs: JobCounts;
}
