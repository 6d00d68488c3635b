import type { FastifyInstance } from 'fastify';
import { presentUnit } from '../data/people.js';
import type { Unit } from '../data/unit.js';
import { isoSeconds } from '../data/zoneDays.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ApiError } from './apiError.js';

const WFM = '/api/v2/workforcemanagement';

interface ListCall {
  Querystring: { divisionId?: string };
}

/**
 * The organisation, its business and management units, the units' present users and the activity codes. No paging.
 *
 * Everything is in one division. `feature` leaves nothing out: the client is authorised for all.
 */
export function structureRoutes(api: FastifyInstance, { organisation, live, now }: SimulatorContext): void {
  const division = {
    id: organisation.divisionId,
    selfUri: `/api/v2/authorization/divisions/${organisation.divisionId}`,
  };

  api.get('/api/v2/organizations/me', () => ({
    id: organisation.id,
    name: organisation.name,
    defaultLanguage: 'en-SG',
    defaultCountryCode: 'SG',
    domain: 'merlion-lion',
    version: 7,
    state: 'active',
    voicemailEnabled: true,
    features: { workforceManagement: true, purecloud: true, somethingNewNextYear: false },
    productPlatform: 'PureCloud',
    selfUri: '/api/v2/organizations/me',
  }));

  api.get<ListCall>(`${WFM}/businessunits`, ({ query }) => ({
    entities: inDivision(query, organisation.businessUnits).map(({ id, name }) => ({
      id,
      name,
      authorized: true,
      division,
      selfUri: `${WFM}/businessunits/${id}`,
    })),
  }));

  api.get<ListCall>(`${WFM}/managementunits`, ({ query }) => listing(inDivision(query, organisation.units)));

  api.get<ListCall & { Params: { businessUnitId: string } }>(
    `${WFM}/businessunits/:businessUnitId/managementunits`,
    ({ params, query }) => {
      const { id } = businessUnit(params.businessUnitId);
      const units = organisation.units.filter((unit) => unit.businessUnitId === id);
      return listing(inDivision(query, units));
    },
  );

  api.get<{ Params: { managementUnitId: string } }>(`${WFM}/managementunits/:managementUnitId/users`, (request) => {
    const { managementUnitId } = request.params;
    if (!organisation.units.some((unit) => unit.id === managementUnitId))
      throw new ApiError(404, 'wfm.management.unit.not.found', `Management unit ${managementUnitId} was not found`);
    const here = organisation.people.filter(
      (person) => presentUnit(person, now() / 1000)?.id === managementUnitId && !live.hasLeft(person.id),
    );
    return {
      entities: here.map(({ id, name }) => ({
        id,
        ...(name === null ? {} : { name }),
        agentScore: null,
        selfUri: `/api/v2/users/${id}`,
      })),
    };
  });

  api.get<{ Params: { businessUnitId: string } }>(`${WFM}/businessunits/:businessUnitId/activitycodes`, (request) => {
    const { id } = businessUnit(request.params.businessUnitId);
    const codes = organisation.units.find((unit) => unit.businessUnitId === id)?.activityCodes ?? [];
    return {
      entities: codes.map((code) => ({
        id: code.id,
        name: code.name,
        active: true,
        defaultCode: code.isDefault,
        category: code.category,
        lengthInMinutes: 30,
        countsAsPaidTime: code.category !== 'Meal',
        countsAsWorkTime: code.category === 'OnQueueWork',
        agentTimeOffSelectable: code.category === 'TimeOff' ? true : null,
        interruptible: false,
        style: { backgroundColor: '#00c2a8', textColorTheme: 'Dark' },
        metadata: { version: 1, dateModified: isoSeconds(1_700_000_000) },
        selfUri: `${WFM}/businessunits/${id}/activitycodes/${code.id}`,
      })),
    };
  });

  function businessUnit(id: string): { id: string; name: string } {
    const found = organisation.businessUnits.find((known) => known.id === id);
    if (!found) throw new ApiError(404, 'wfm.business.unit.not.found', `Business unit ${id} was not found`);
    return found;
  }

  function inDivision<T>({ divisionId }: ListCall['Querystring'], all: readonly T[]): readonly T[] {
    return divisionId === undefined || divisionId === division.id ? all : [];
  }

  function listing(units: readonly Unit[]) {
    return {
      entities: units.map((unit) => ({
        id: unit.id,
        name: unit.name,
        businessUnit: { id: unit.businessUnitId, selfUri: `${WFM}/businessunits/${unit.businessUnitId}` },
        startDayOfWeek: unit.startDayOfWeek,
        timeZone: unit.timeZone,
        division,
        metadata: { version: 3, dateModified: isoSeconds(1_700_000_000) },
        maxOccupants: null,
        selfUri: `${WFM}/managementunits/${unit.id}`,
      })),
    };
  }
}
