import type { AgentState } from './agentState.js';
import { adherenceStateOf, impactOf } from './agentState.js';

/**
 * A `UserScheduleAdherence`, as REST answers it. No names: the published schema does not promise any.
 *
 */
export function adherenceBody(state: AgentState): Record<string, unknown> {
  return {
    id: state.userId,
    user: { id: state.userId, selfUri: `/api/v2/users/${state.userId}` },
    businessUnit: {
      id: state.unit.businessUnitId,
      selfUri: `/api/v2/workforcemanagement/businessunits/${state.unit.businessUnitId}`,
    },
    managementUnit: {
      id: state.unit.id,
      selfUri: `/api/v2/workforcemanagement/managementunits/${state.unit.id}`,
    },
    scheduledActivityCategory: state.scheduled?.category ?? 'Unscheduled',
    ...(state.scheduled && { scheduledActivityCode: { id: state.scheduled.id, name: state.scheduled.name } }),
    ...shared(state, 0),
    timeOfAdherenceChange: iso(state.adherenceSinceMs),
    selfUri: `/api/v2/workforcemanagement/adherence/${state.userId}`,
  };
}

/**
 * A `UserScheduleAdherenceUpdate`, as topics of units and users carry it. It spells some fields otherwise than REST does.
 *
 * @param shiftMs added to every instant, for clocks that are wrong.
 */
export function adherenceEvent(state: AgentState, shiftMs: number, removed = false): Record<string, unknown> {
  return {
    user: { id: state.userId },
    managementUnitId: state.unit.id,
    businessUnitId: state.unit.businessUnitId,
    scheduledActivityCategory: state.scheduled?.category ?? 'Unscheduled',
    ...(state.scheduled && { scheduledActivityCode: { id: state.scheduled.id, secondaryPresences: [] } }),
    ...shared(state, shiftMs),
    adherenceChangeTime: iso(state.adherenceSinceMs + shiftMs),
    ...(removed && { removedFromManagementUnit: true }),
  };
}

/** A `RoutingStatus`, as REST answers it. */
export function routingStatusBody(state: AgentState): Record<string, unknown> {
  return { userId: state.userId, status: state.routingStatus, startTime: iso(state.routingSinceMs) };
}

/** A `UserRoutingStatus`, as `v2.users.{id}.routingStatus` carries it. */
export function routingStatusEvent(state: AgentState, shiftMs: number): Record<string, unknown> {
  return {
    id: state.userId,
    routingStatus: { status: state.routingStatus, startTime: iso(state.routingSinceMs + shiftMs) },
  };
}

function shared(state: AgentState, shiftMs: number): Record<string, unknown> {
  return {
    systemPresence: state.systemPresence,
    ...(state.secondaryPresenceId !== null && { organizationSecondaryPresenceId: state.secondaryPresenceId }),
    routingStatus: state.routingStatus,
    actualActivityCategory: state.actualCategory,
    isOutOfOffice: false,
    adherenceState: adherenceStateOf(state),
    impact: impactOf(state),
    presenceUpdateTime: iso(state.presenceSinceMs + shiftMs),
    activeQueues: [],
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
