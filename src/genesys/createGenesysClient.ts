import { Failure, isFailure } from '../domain/failure.js';
import { FAMILIES, type GateName } from '../domain/family.js';
import { type CallWatcher, NO_WATCHER } from '../telemetry/callWatcher.js';
import type { Lane } from '../domain/lane.js';
import { baseUrl } from './allowedUrl.js';
import { type CallAnswer, createApiCalls } from './apiCall.js';
import {
  ActivityCodesAnswer,
  AdherenceJobAnswer,
  BusinessUnitsAnswer,
  decoded,
  LimitsAnswer,
  ManagementUnitsAnswer,
  OrganizationAnswer,
  UsersAnswer,
} from './decoders.js';
import { startDownload } from './download.js';
import { type Endpoint, ENDPOINTS } from './endpoints.js';
import type { AdherenceJob, ApiAnswer, GenesysClient } from './genesysClient.js';
import type { GenesysClientConfig } from './genesysClientConfig.js';
import { type GenesysLog, SILENT_LOG } from './genesysLog.js';
import { createJobCounts } from './jobCounts.js';
import { createPacer } from './pacer.js';
import { redactor } from './redact.js';
import { createSdk } from './sdk.js';
import { NO_SHARED_BUDGET, type SharedBudget } from './sharedBudget.js';
import { createTokenSource, type TokenSource } from './tokenSource.js';
import { createTransport } from './transport.js';
import { decodedText, LARGEST_ANSWER_BYTES } from './wholeBody.js';

/** Users that one users-aggregates query may name. Source: Genesys's page on the query. */
export const MOST_USERS_A_QUERY = 100;

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
  const calls = createApiCalls(config.apiUrl, { ...shared, watcher, tokens });
  const { organization, workforceManagement, analytics } = createSdk(config.apiUrl, calls.hook);

  const lanes = new Map<Lane, GenesysClient>();
  const inLane = (lane: Lane): GenesysClient => {
    const client = lanes.get(lane) ?? clientOf(lane);
    lanes.set(lane, client);
    return client;
  };
  return inLane('sync');

  function clientOf(lane: Lane): GenesysClient {
    const make = (endpoint: Endpoint, invoke: () => Promise<unknown>, sentUserIds: readonly string[] = []) =>
      calls.make(endpoint, invoke, { lane, sentUserIds });
    return {
      inLane,

      async login() {
        await tokens.current();
      },

      async organization() {
        const endpoint = ENDPOINTS.organization;
        const answer = await make(endpoint, () => organization.getOrganizationsMe());
        return answered(answer, decoded(OrganizationAnswer, answer, endpoint));
      },

      async businessUnits() {
        const endpoint = ENDPOINTS.businessUnits;
        const answer = await make(endpoint, () => workforceManagement.getWorkforcemanagementBusinessunits());
        return answered(answer, decoded(BusinessUnitsAnswer, answer, endpoint).entities);
      },

      async managementUnits() {
        const endpoint = ENDPOINTS.managementUnits;
        const answer = await make(endpoint, () => workforceManagement.getWorkforcemanagementManagementunits());
        const units = decoded(ManagementUnitsAnswer, answer, endpoint).entities.map((unit) => ({
          id: unit.id,
          name: unit.name,
          businessUnitId: unit.businessUnit.id,
          timeZone: unit.timeZone,
          startDayOfWeek: unit.startDayOfWeek ?? null,
        }));
        return answered(answer, units);
      },

      async managementUnitUsers(managementUnitId) {
        const endpoint = ENDPOINTS.managementUnitUsers;
        const answer = await make(endpoint, () =>
          workforceManagement.getWorkforcemanagementManagementunitUsers(managementUnitId),
        );
        const users = decoded(UsersAnswer, answer, endpoint).entities.map(({ id, name }) => ({
          id,
          name: name ?? null,
        }));
        return answered(answer, users);
      },

      async activityCodes(businessUnitId) {
        const endpoint = ENDPOINTS.activityCodes;
        const called = await make(endpoint, () =>
          workforceManagement.getWorkforcemanagementBusinessunitActivitycodes(businessUnitId),
        );
        const { answer, listing } = await listedOrDownloaded(called, endpoint);
        const codes = listing.map(({ id, name, category }) => ({ id, name: name ?? id, category: category ?? null }));
        return answered(answer, codes);
      },

      async createAdherenceJob({ managementUnitId, startDate, endDate, timeZone, includeExceptions, includeActuals }) {
        const endpoint = ENDPOINTS.createAdherenceJob;
        const body = { items: [{ managementUnitId, startDate, endDate, includeExceptions, includeActuals }], timeZone };
        const answer = await make(endpoint, () =>
          workforceManagement.postWorkforcemanagementAdherenceHistoricalBulk(body),
        );
        const job = adherenceJob(answer, endpoint);
        if (job.state !== 'Processing') jobs.ended(endpoint.family, job.jobId);
        return job;
      },

      async limits(namespace) {
        const endpoint = ENDPOINTS.limitsNamespace;
        const answer = await make(endpoint, () => organization.getOrganizationsLimitsNamespace(namespace));
        return decoded(LimitsAnswer, answer, endpoint).entities.flatMap((limit) =>
          limit === null ? [] : [{ namespace: limit.namespace ?? namespace, key: limit.key, value: limit.value }],
        );
      },

      async adherenceJob(jobId, wanted = 'state') {
        const endpoint = ENDPOINTS.adherenceJob;
        const { family } = ENDPOINTS.createAdherenceJob;
        const asked = make(endpoint, () => workforceManagement.getWorkforcemanagementAdherenceHistoricalBulkJob(jobId));
        const answer = await asked.catch((error: unknown) => {
          if (wanted === 'state' && isFailure(error, 'Expired')) jobs.ended(family, jobId);
          throw error;
        });
        const job = adherenceJob(answer, endpoint);
        if (wanted === 'state' && job.state !== 'Processing') jobs.ended(family, jobId);
        return job;
      },

      async usersAggregates({ startAt, endAt, granularity, timeZone, userIds }) {
        const endpoint = ENDPOINTS.usersAggregates;
        if (userIds.length < 1 || userIds.length > MOST_USERS_A_QUERY) {
          throw new Failure(
            'InvalidInput',
            `A users-aggregates query names 1 to ${MOST_USERS_A_QUERY} users; this one has ${userIds.length}. Nothing was sent.`,
          );
        }
        const query = {
          interval: `${startAt}/${endAt}`,
          granularity,
          timeZone,
          groupBy: ['userId'],
          metrics: ['tAgentRoutingStatus'],
          filter: { type: 'or', predicates: userIds.map((value) => ({ dimension: 'userId', value })) },
        };
        const answer = await make(endpoint, () => analytics.postAnalyticsUsersAggregatesQuery(query), userIds);
        return answered(answer, null);
      },

      download: (url, from, signal) => startDownload(config, shared, url, from, signal),

      gates() {
        return pacer.closed().flatMap(({ gate, untilMs, why }) => {
          // Without a token no call can leave.
          if (gate === 'login') return [{ gate: 'token' as const, untilMs, why: `login service: ${why}` }];
          return isGateName(gate) ? [{ gate, untilMs, why }] : [];
        });
      },

      callsAMinute: () => pacer.announcedLimit(),

      async close() {
        pacer.shutDown();
        await transport.close();
      },
    };
  }

  async function listedOrDownloaded(called: CallAnswer, endpoint: Endpoint) {
    const { entities, downloadUrl } = decoded(ActivityCodesAnswer, called, endpoint);
    if (entities && (entities.length > 0 || !downloadUrl)) return { answer: called, listing: entities };
    const chunks: Uint8Array[] = [];
    if (!downloadUrl)
      throw new Failure('Corrupt', `Genesys's answer to GET ${endpoint.path} has neither entities nor a URL.`);
    const file = await startDownload(config, shared, downloadUrl, { offset: 0, etag: null });
    let bytes = 0;
    for await (const chunk of file.body) {
      bytes += chunk.byteLength;
      if (bytes > LARGEST_ANSWER_BYTES)
        throw new Failure('TooLarge', `${endpoint.what} exceed ${LARGEST_ANSWER_BYTES} bytes.`);
      chunks.push(chunk);
    }
    const raw = Buffer.concat(chunks);
    const answer = { ...called, raw, encoding: file.encoding, json: await jsonOf(raw, file.encoding) };
    return { answer, listing: decoded(ActivityCodesAnswer, answer, endpoint).entities ?? [] };
  }
}

function answered<T>({ raw, encoding, correlationId, receivedAt }: CallAnswer, value: T): ApiAnswer<T> {
  return { value, raw, encoding, correlationId, receivedAt };
}

function adherenceJob(answer: CallAnswer, endpoint: Endpoint): AdherenceJob {
  const { job, downloadUrls } = decoded(AdherenceJobAnswer, answer, endpoint);
  return {
    jobId: job.id,
    state: job.status,
    downloadUrls: downloadUrls ?? [],
    correlationId: answer.correlationId,
    receivedAt: answer.receivedAt,
  };
}

async function jsonOf(raw: Uint8Array, encoding: CallAnswer['encoding']): Promise<unknown> {
  try {
    return JSON.parse(await decodedText(raw, encoding)) as unknown;
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Failure('Corrupt', 'A downloaded list is not JSON. Nothing of it was kept.');
  }
}

function isGateName(gate: string): gate is GateName {
  return gate === 'token' || (FAMILIES as readonly string[]).includes(gate);
}
