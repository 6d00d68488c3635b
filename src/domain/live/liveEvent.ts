/** What the live feed hears about. */
export const LIVE_KINDS = ['scheduleChanged', 'trunkChanged', 'adherence', 'routingStatus'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

/** A published schedule was made, changed or taken away: a hint for the trunk sync, which reads the truth. */
export interface ScheduleChangedEvent {
  readonly kind: 'scheduleChanged';
  readonly businessUnitId: string;
  readonly weekDate?: string;
  readonly scheduleId?: string;
  readonly version?: number;
  /** By Genesys's clock, milliseconds since the epoch; null where the event does not say. */
  readonly atMs: number | null;
}

/** A trunk's state changed: a hint for the trunk sync, which reads the truth. */
export interface TrunkChangedEvent {
  readonly kind: 'trunkChanged';
  readonly trunkId: string;
  readonly trunkBaseId?: string;
  readonly connected?: boolean;
  readonly atMs: number | null;
}

/** An agent's adherence of this moment, from an event or read by REST. Ids, never names. */
export interface AdherenceEvent {
  readonly kind: 'adherence';
  readonly userId: string;
  readonly managementUnitId: string | null;
  /** The latest of Genesys's own times in it, milliseconds since the epoch: later ones win. */
  readonly atMs: number;
  /** `InAdherence`, `OutOfAdherence`, `Unscheduled`, `Unknown` or what else Genesys says. */
  readonly adherenceState: string | null;
  readonly adherenceChangedAtMs: number | null;
  readonly impact: string | null;
  readonly scheduledActivityCategory: string | null;
  readonly actualActivityCategory: string | null;
  readonly systemPresence: string | null;
  readonly secondaryPresenceId: string | null;
  readonly routingStatus: string | null;
  readonly presenceChangedAtMs: number | null;
  readonly isOutOfOffice: boolean | null;
  /** The agent belongs to the unit no longer. */
  readonly isRemoved: boolean;
}

/** An agent's routing status since `atMs`, from an event or read by REST. */
export interface RoutingStatusEvent {
  readonly kind: 'routingStatus';
  readonly userId: string;
  /** `OFF_QUEUE`, `IDLE`, `INTERACTING`, `COMMUNICATING`, `NOT_RESPONDING` or what else Genesys says. */
  readonly status: string;
  /** Genesys's `startTime`, milliseconds since the epoch: later ones win. */
  readonly atMs: number;
}

/** A notification of Genesys Cloud in our own terms. */
export type LiveEvent = ScheduleChangedEvent | TrunkChangedEvent | AdherenceEvent | RoutingStatusEvent;
