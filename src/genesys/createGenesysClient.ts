import { FAMILIES, type GateName } from '../domain/family.js';
import { type CallWatcher, NO_WATCHER } from '../telemetry/callWatcher.js';
import type { Lane } from '../domain/lane.js';
import { adherenceCalls } from './adherenceCalls.js';
import { aggregatesCalls } from './aggregatesCalls.js';
import { auditCalls } from './auditCalls.js';
import { baseUrl } from './allowedUrl.js';
import { createApiCalls } from './apiCall.js';
import { dataTableCalls } from './dataTableCalls.js';
import { startDownload } from './download.js';
import { createExchange } from './exchange.js';
import type { GenesysClient } from './genesysClient.js';
import type { GenesysClientConfig } from './genesysClientConfig.js';
import { type GenesysLog, SILENT_LOG } from './genesysLog.js';
import { createGenesysTime } from './genesysTime.js';
import { createJobCounts } from './jobCounts.js';
import type { LaneCalls } from './laneCalls.js';
import { notificationCalls } from './notificationCalls.js';
import { outboundCalls } from './outboundCalls.js';
import { createPacer } from './pacer.js';
import { realTimeCalls } from './realTimeCalls.js';
import { redactor } from './redact.js';
import { scheduleCalls } from './scheduleCalls.js';
import { createSdk } from './sdk.js';
import { scheduleSearchCalls } from './scheduleSearchCalls.js';
import { NO_SHARED_BUDGET, type SharedBudget } from './sharedBudget.js';
import { structureCalls } from './structureCalls.js';
import { telephonyCalls } from './telephonyCalls.js';
import { createTokenSource, type TokenSource } from './tokenSource.js';
import { createTransport } from './transport.js';

/** What a client is made with, beside whose it is. */
export interface GenesysClientOptions {
  readonly log?: GenesysLog;
  readonly now?: () => number;
  /** What other workers of the same OAuth client know; left out, this process knows only what it meets. */
  readonly budget?: SharedBudget;
  /** Told of each call, for metrics. */
  readonly watcher?: CallWatcher;
  /** Share of the token's window that is kept from `backfill` at its start. (Default: 0.2) */
  readonly reserveShare?: number;
  /** A clock that nobody sets, to measure waits by. (Default: `now` where it is given, else the system's) */
  readonly timeMs?: () => number;
}

/**
 * The client of one organisation: the official SDK builds requests and paths, one HTTP hook of ours sends them.
 *
 * Sends nothing before the first call. All calls of a process belong on one client, because pacing is per client.
 *
 * @throws Failure `InvalidInput` when the configuration cannot be right.
 */
export function createGenesysClient(given: GenesysClientConfig, options: GenesysClientOptions = {}): GenesysClient {
  const { log = SILENT_LOG, now = () => Date.now(), budget = NO_SHARED_BUDGET, watcher = NO_WATCHER } = options;
  const config = {
    ...given,
    apiUrl: baseUrl(given.apiUrl, 'GENESYS_API_URL'),
    loginUrl: baseUrl(given.loginUrl, 'GENESYS_LOGIN_URL'),
  };
  // Secrets are asked for when something is redacted, which is after the token source exists.
  const holder: { tokens?: TokenSource } = {};
  const redact = redactor(() => holder.tokens?.secrets() ?? [config.clientSecret]);
  const transport = createTransport();
  const { reserveShare, timeMs = options.now } = options;
  const pacer = createPacer({ now, log, budget, reserveShare, timeMs });
  const jobs = createJobCounts(budget, () => pacer.lookAgain());
  const shared = { transport, pacer, now, log, redact };
  const tokens = createTokenSource(config, shared);
  holder.tokens = tokens;
  const time = createGenesysTime(() => pacer.timeMs(), now);
  const exchange = createExchange({ ...shared, watcher, time });
  const calls = createApiCalls(config.apiUrl, { exchange, pacer, tokens, redact });
  const sdk = createSdk(config.apiUrl, calls.hook);

  const lanes = new Map<Lane, GenesysClient>();
  const inLane = (lane: Lane): GenesysClient => {
    const client = lanes.get(lane) ?? clientOf(lane);
    lanes.set(lane, client);
    return client;
  };
  return inLane('sync');

  function clientOf(lane: Lane): GenesysClient {
    const parts: LaneCalls = {
      sdk,
      jobs,
      make: (endpoint, invoke, sentUserIds = []) => calls.make(endpoint, invoke, { lane, sentUserIds }),
      download: (url) => startDownload(config, shared, url, { offset: 0, etag: null }),
    };
    return {
      inLane,

      async login() {
        await tokens.current();
      },

      ...structureCalls(parts),
      ...adherenceCalls(parts),
      ...aggregatesCalls(parts),
      ...scheduleSearchCalls(parts),
      ...scheduleCalls(parts),
      ...telephonyCalls(parts),
      ...dataTableCalls(parts),
      ...outboundCalls(parts),
      ...auditCalls(parts),
      ...notificationCalls(parts),
      ...realTimeCalls(parts),

      download: (url, from, signal) => startDownload(config, shared, url, from, signal),

      gates() {
        return pacer.closed().flatMap(({ gate, untilMs, why }) => {
          // Without a token no call can leave.
          if (gate === 'login') return [{ gate: 'token' as const, untilMs, why: `login service: ${why}` }];
          return isGateName(gate) ? [{ gate, untilMs, why }] : [];
        });
      },

      callsAMinute: () => pacer.announcedLimit(),

      timeMs: () => time.nowMs(),

      async close() {
        pacer.shutDown();
        await transport.close();
      },
    };
  }
}

function isGateName(gate: string): gate is GateName {
  return gate === 'token' || (FAMILIES as readonly string[]).includes(gate);
}
