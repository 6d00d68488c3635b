import type { SimulatorContext } from '../simulatorContext.js';

/** A topic that can be subscribed to, with `{id}` in place of what varies. */
export interface TopicKind {
  readonly template: string;
  readonly description: string;
  /** Any one of these; where none is published, none is needed. */
  readonly permissions: readonly string[];
  readonly ofUser: boolean;
}

/**
 * The topics there are; names from the official SDK's list of topics. Permissions are those of the calls that read the same (a
 * guess: the list of topics carries them, and no copy of it is published).
 */
export const TOPIC_KINDS: readonly TopicKind[] = [
  {
    template: 'v2.workforcemanagement.businessunits.{id}.schedules',
    description: 'Schedules of a business unit',
    permissions: ['wfm:schedule:view', 'wfm:publishedSchedule:view'],
    ofUser: false,
  },
  {
    template: 'v2.workforcemanagement.managementunits.{id}.adherence',
    description: 'Real-time adherence of a management unit',
    permissions: ['wfm:realtimeAdherence:view'],
    ofUser: false,
  },
  {
    template: 'v2.workforcemanagement.managementunits.{id}.schedules',
    description: 'Schedules of a management unit',
    permissions: ['wfm:schedule:view', 'wfm:publishedSchedule:view'],
    ofUser: false,
  },
  {
    template: 'v2.workforcemanagement.managementunits.{id}.agentschedules.changed',
    description: 'Published shifts of agents of a management unit',
    permissions: ['wfm:schedule:view', 'wfm:publishedSchedule:view'],
    ofUser: false,
  },
  {
    template: 'v2.telephony.providers.edges.trunks.{id}',
    description: 'State of a trunk',
    permissions: ['telephony:plugin:all'],
    ofUser: false,
  },
  {
    template: 'v2.users.{id}.routingStatus',
    description: 'Routing status of a user',
    permissions: [],
    ofUser: true,
  },
  {
    template: 'v2.users.{id}.workforcemanagement.adherence',
    description: 'Real-time adherence of a user',
    permissions: ['wfm:realtimeAdherence:view'],
    ofUser: true,
  },
];

const PATTERNS = TOPIC_KINDS.map((kind) => ({
  kind,
  pattern: new RegExp(`^${kind.template.replaceAll('.', '\\.').replace('{id}', '([^.]+)')}$`),
}));

/** Kind and id of a topic; undefined where there is no such kind. */
export function topicOf(topic: string): { readonly kind: TopicKind; readonly id: string } | undefined {
  for (const { kind, pattern } of PATTERNS) {
    const id = pattern.exec(topic)?.[1];
    if (id !== undefined) return { kind, id };
  }
  return undefined;
}

/** Whether what a topic is about exists. */
export function isThere(
  { organisation, telephony }: Pick<SimulatorContext, 'organisation' | 'telephony'>,
  { template }: TopicKind,
  id: string,
): boolean {
  if (template.includes('.businessunits.')) return organisation.businessUnits.some((unit) => unit.id === id);
  if (template.includes('.managementunits.')) return organisation.units.some((unit) => unit.id === id);
  if (template.includes('.trunks.'))
    return telephony.trunks.some((trunk) => trunk.id === id && trunk.state !== 'deleted');
  return organisation.people.some((person) => person.id === id);
}
