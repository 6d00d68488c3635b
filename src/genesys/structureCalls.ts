import { Failure } from '../domain/failure.js';
import type { DocumentedLimit } from '../domain/budget/budgetReports.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import type { CallAnswer } from './apiCall.js';
import {
  ActivityCodesAnswer,
  BusinessUnitsAnswer,
  decoded,
  LimitsAnswer,
  ManagementUnitsAnswer,
  OrganizationAnswer,
  UsersAnswer,
} from './decoders.js';
import { type Endpoint, ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';
import { decodedText, LARGEST_ANSWER_BYTES } from './wholeBody.js';

export interface ManagementUnit {
  readonly id: string;
  readonly name: string;
  readonly businessUnitId: string;
  readonly timeZone: string;
  readonly startDayOfWeek: string | null;
}

/** Who and what is in the organisation. */
export interface StructureCalls {
  organization(): Promise<ApiAnswer<{ id: string; name: string }>>;
  businessUnits(): Promise<ApiAnswer<{ id: string; name: string }[]>>;
  managementUnits(): Promise<ApiAnswer<ManagementUnit[]>>;
  managementUnitUsers(managementUnitId: string): Promise<ApiAnswer<{ id: string; name: string | null }[]>>;
  activityCodes(businessUnitId: string): Promise<ApiAnswer<{ id: string; name: string; category: string | null }[]>>;
  /** What Genesys's own list says of the limits in one namespace, such as `platform.api`. */
  limits(namespace: string): Promise<readonly DocumentedLimit[]>;
}

export function structureCalls({ sdk, make, download }: LaneCalls): StructureCalls {
  const { organization, workforceManagement } = sdk;
  return {
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
      const { answer, listing } = await listedOrDownloaded(called, endpoint, download);
      const codes = listing.map(({ id, name, category }) => ({ id, name: name ?? id, category: category ?? null }));
      return answered(answer, codes);
    },

    async limits(namespace) {
      const endpoint = ENDPOINTS.limitsNamespace;
      const answer = await make(endpoint, () => organization.getOrganizationsLimitsNamespace(namespace));
      return decoded(LimitsAnswer, answer, endpoint).entities.flatMap((limit) =>
        limit === null ? [] : [{ namespace: limit.namespace ?? namespace, key: limit.key, value: limit.value }],
      );
    },
  };
}

async function listedOrDownloaded(called: CallAnswer, endpoint: Endpoint, download: LaneCalls['download']) {
  const { entities, downloadUrl } = decoded(ActivityCodesAnswer, called, endpoint);
  if (entities && (entities.length > 0 || !downloadUrl)) return { answer: called, listing: entities };
  const chunks: Uint8Array[] = [];
  if (!downloadUrl)
    throw new Failure('Corrupt', `Genesys's answer to GET ${endpoint.path} has neither entities nor a URL.`);
  const file = await download(downloadUrl);
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

async function jsonOf(raw: Uint8Array, encoding: CallAnswer['encoding']): Promise<unknown> {
  try {
    return JSON.parse(await decodedText(raw, encoding)) as unknown;
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Failure('Corrupt', 'A downloaded list is not JSON. Nothing of it was kept.');
  }
}
