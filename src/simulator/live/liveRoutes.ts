import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api/apiError.js';
import { seededRandom } from '../data/seededRandom.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { pageOf } from '../telephony/pageOf.js';
import { adherenceBody, routingStatusBody } from './adherenceBodies.js';

const WFM = '/api/v2/workforcemanagement';
/** Source: `max.user.ids` of the published OpenAPI. */
const MAX_USER_IDS = 100;

interface UsersQuery {
  id?: string | string[];
  expand?: string | string[];
  pageSize?: string;
  pageNumber?: string;
}

/**
 * Agents as they are now: `GET workforcemanagement/adherence?userId=` and of a management unit, `GET users/{id}/routingstatus`, and
 * `GET users?id=&expand=routingStatus`, the only call that reads routing statuses of many with the instant they began.
 *
 * Real-time adherence leaves out users whom it does not know; who was taken out of their unit is a user with a routing status still. Lists are taken with commas and repeated.
 */
export function liveRoutes(api: FastifyInstance, { live, organisation, settings }: SimulatorContext): void {
  let expands = 0;

  api.get<{ Querystring: { userId?: string | string[] } }>(`${WFM}/adherence`, ({ query }) => {
    const userIds = listed(query.userId);
    if (userIds.length === 0 || userIds.length > MAX_USER_IDS)
      throw new ApiError(400, 'max.user.ids', `Between 1 and ${MAX_USER_IDS.toString()} user ids must be given`);
    return userIds.flatMap((userId) => live.of(userId) ?? []).map(adherenceBody);
  });

  api.get<{ Params: { managementUnitId: string } }>(`${WFM}/managementunits/:managementUnitId/adherence`, (request) => {
    const { managementUnitId } = request.params;
    if (!organisation.units.some(({ id }) => id === managementUnitId))
      throw new ApiError(404, 'wfm.management.unit.not.found', `Management unit ${managementUnitId} was not found`);
    return {
      entities: live
        .all()
        .filter(({ unit }) => unit.id === managementUnitId)
        .map(adherenceBody),
    };
  });

  api.get<{ Params: { userId: string } }>('/api/v2/users/:userId/routingstatus', ({ params }) => {
    const state = live.asUser(params.userId);
    if (!state) throw new ApiError(404, 'not.found', `The requested user ${params.userId} was not found`);
    return routingStatusBody(state);
  });

  api.get<{ Querystring: UsersQuery }>('/api/v2/users', ({ query }) => {
    const asked = listed(query.id);
    const isExpanded = listed(query.expand).includes('routingStatus');
    const random = seededRandom(settings.seed, 'expands', ++expands);
    const people = organisation.people.filter(({ id }) =>
      asked.length === 0 ? live.asUser(id) !== undefined : asked.includes(id),
    );
    return pageOf(people, query, '/api/v2/users', ({ id, name }) => {
      const state = live.asUser(id);
      const isLeftOut = random.chance(settings.live.expandsLeftOut);
      return {
        id,
        ...(name !== null && { name }),
        division: { id: organisation.divisionId },
        state: state ? 'active' : 'inactive',
        version: 1,
        ...(state && isExpanded && !isLeftOut && { routingStatus: routingStatusBody(state) }),
        selfUri: `/api/v2/users/${id}`,
      };
    });
  });
}

function listed(value: string | string[] | undefined): string[] {
  return [value ?? []].flat().flatMap((text) => text.split(',').filter((id) => id !== ''));
}
