import { adherenceRequest, adherenceSettings } from '../src/datasets/adherence.js';
import { occupancyRequest, occupancySettings } from '../src/datasets/occupancy.js';
import { schedulesSearch, schedulesSettings } from '../src/datasets/schedules.js';
import type { ExportWindowInput, FetchedWindow, WindowRequest } from '../src/domain/exportSteps.js';
import type { SealedRequest, WindowSeal } from '../src/domain/seal.js';
import { type Endpoint, ENDPOINTS } from '../src/genesys/endpoints.js';
import type { ActivityDeps } from './deps.js';
import { usersOfSlice } from './occupancyQuery.js';

/** What a window's seal says was asked of Genesys: the calls, whole, and the settings that shaped the answer's rows. */
export async function sealedQuestion(
  deps: ActivityDeps,
  input: ExportWindowInput,
  fetched: FetchedWindow,
): Promise<Pick<WindowSeal, 'settings' | 'requests'>> {
  return {
    settings: settingsOf(deps, input, fetched),
    requests: await sealedRequests(deps, input, fetched.requests),
  };
}

function settingsOf(
  { settings }: ActivityDeps,
  input: ExportWindowInput,
  fetched: FetchedWindow,
): WindowSeal['settings'] {
  switch (input.window.dataset) {
    case 'adherence':
      return adherenceSettings(input);
    case 'occupancy':
      return occupancySettings(input.window, settings.occupancyFormula);
    case 'schedules':
      return schedulesSettings(fetched.published?.schedules ?? []);
  }
}

async function sealedRequests(
  deps: ActivityDeps,
  input: ExportWindowInput,
  requests: readonly WindowRequest[],
): Promise<SealedRequest[]> {
  return await Promise.all(
    requests.map(async (request) => {
      const { jobId, correlationIds, requestedAt } = request;
      const { endpoint, body } = await askedOf(deps, input, request);
      const { method, path: asked } = endpoint;
      return { method, path: asked, body, jobId, correlationIds: [...correlationIds], requestedAt };
    }),
  );
}

/** What a call asked: rebuilt, so that no list of people enters a history. */
async function askedOf(
  deps: ActivityDeps,
  input: ExportWindowInput,
  { users, listedWeek }: WindowRequest,
): Promise<{ endpoint: Endpoint; body: unknown }> {
  const { window } = input;
  const userIds = users ? await usersOfSlice(deps.objects, users.path, users.slice, users.without) : undefined;
  switch (window.dataset) {
    case 'adherence':
      return { endpoint: ENDPOINTS.createAdherenceJob, body: adherenceRequest(window, input) };
    case 'occupancy':
      return { endpoint: ENDPOINTS.usersAggregates, body: occupancyRequest(window, userIds ?? []) };
    case 'schedules':
      return listedWeek === undefined
        ? { endpoint: ENDPOINTS.searchManagementUnitSchedules, body: schedulesSearch(window, userIds) }
        : { endpoint: ENDPOINTS.publishedSchedules, body: { businessUnitId: window.businessUnitId, listedWeek } };
  }
}
