import type { FastifyInstance } from 'fastify';
import { presentUnit } from '../data/people.js';
import type { Unit } from '../data/unit.js';
import { isoSeconds } from '../data/zoneDays.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ApiError } from './apiError.js';

const WFM = '/api/v2/workforcemanagement';

/** The organisation, its business and management units, the units' present users and the activity codes. No paging. */
export function structureRoutes(api: FastifyInstance, { organisation, now }: SimulatorContext): void {
  const division = {
    id: organisation.divisionId,
    name: 'Home',
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

  api.get(`${WFM}/businessunits`, () => ({
    entities: organisation.businessUnits.map(({ id, name }) => ({
      id,
      name,
      authorized: true,
      division,
      selfUri: `${WFM}/businessunits/${id}`,
    })),
  }));

  api.get(`${WFM}/managementunits`, () => listing(organisation.units));

  api.get<{ Params: { businessUnitId: string } }>(`${WFM}/businessunits/:businessUnitId/managementunits`, (request) =>
    listing(
      organisation.units.filter((unit) => unit.businessUnitId === businessUnit(request.params.businessUnitId).id),
    ),
  );

  api.get<{ Params: { managementUnitId: string } }>(`${WFM}/managementunits/:managementUnitId/users`, (request) => {
    const { managementUnitId } = request.params;
    if (!organisation.units.some((unit) => unit.id === managementUnitId))
      throw new ApiError(404, 'wfm.management.unit.not.found', `Management unit ${managementUnitId} was not found`);
    const here = organisation.people.filter((person) => presentUnit(person, now() / 1000)?.id === managementUnitId);
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
        agentTimeOffSelectable: code.category === 'TimeOff',
        interruptible: false,
        style: { colour: '#00c2a8' },
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
