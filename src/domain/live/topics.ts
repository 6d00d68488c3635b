import type { LiveKind } from './liveEvent.js';
import type { LiveWatch } from './liveWatch.js';

/** Topics of each kind, before and after the id. Source: the notification topics that Genesys lists. */
const TOPICS: Readonly<Record<LiveKind, readonly [before: string, after: string]>> = {
  scheduleChanged: ['v2.workforcemanagement.businessunits.', '.schedules'],
  trunkChanged: ['v2.telephony.providers.edges.trunks.', ''],
  adherence: ['v2.workforcemanagement.managementunits.', '.adherence'],
  routingStatus: ['v2.users.', '.routingStatus'],
};

/** In the order in which channels are filled: what the trunk sync waits for comes first. */
const KINDS = ['scheduleChanged', 'trunkChanged', 'adherence', 'routingStatus'] as const;

/** What a topic is about. */
export interface TopicSubject {
  readonly kind: LiveKind;
  /** Of the business unit, trunk, management unit or user. */
  readonly id: string;
}

/** The topics by which what is watched is heard of, each once. */
export function topicsOf(watch: LiveWatch): string[] {
  const subjects = KINDS.flatMap((kind) => idsOf(watch, kind).map((id) => topicOf({ kind, id })));
  return [...new Set(subjects)];
}

function topicOf({ kind, id }: TopicSubject): string {
  const [before, after] = TOPICS[kind];
  return `${before}${id}${after}`;
}

/** What a topic is about; null where it is none of ours. Upper and lower case are the same: not every answer keeps them. */
export function subjectOf(topic: string): TopicSubject | null {
  const lower = topic.toLowerCase();
  for (const kind of KINDS) {
    const [before, after] = TOPICS[kind].map((part) => part.toLowerCase()) as [string, string];
    if (!lower.startsWith(before) || !lower.endsWith(after)) continue;
    const id = topic.slice(before.length, topic.length - after.length);
    if (id !== '' && !id.includes('.')) return { kind, id };
  }
  return null;
}

/** A topic with `{id}` in place of ids, to be counted and shown: what is not known is cut to what holds no id. */
export function topicPattern(topic: string): string {
  const subject = subjectOf(topic);
  if (subject !== null) return topicOf({ kind: subject.kind, id: '{id}' });
  return topic
    .slice(0, LONGEST_PATTERN)
    .split('.')
    .map((part) => (/^[a-z_]\w{0,30}$/i.test(part) && !/\d{2}/.test(part) ? part : '{id}'))
    .join('.');
}

const LONGEST_PATTERN = 200;

/** The part of what is watched that some topics are about. */
export function watchOfTopics(watch: LiveWatch, topics: readonly string[]): LiveWatch {
  const wanted = new Set(topics.map((topic) => topic.toLowerCase()));
  const isWanted = (kind: LiveKind) => (id: string) => wanted.has(topicOf({ kind, id }).toLowerCase());
  return {
    businessUnitIds: watch.businessUnitIds.filter(isWanted('scheduleChanged')),
    trunks: watch.trunks.filter(({ id }) => isWanted('trunkChanged')(id)),
    managementUnitIds: watch.managementUnitIds.filter(isWanted('adherence')),
    userIds: watch.userIds.filter(isWanted('routingStatus')),
  };
}

/** How many topics of each kind. */
export function countByKind(topics: Iterable<string>): Record<LiveKind, number> {
  const counts = { scheduleChanged: 0, trunkChanged: 0, adherence: 0, routingStatus: 0 };
  for (const topic of topics) {
    const subject = subjectOf(topic);
    if (subject !== null) counts[subject.kind]++;
  }
  return counts;
}

function idsOf(watch: LiveWatch, kind: LiveKind): readonly string[] {
  if (kind === 'scheduleChanged') return watch.businessUnitIds;
  if (kind === 'trunkChanged') return watch.trunks.map(({ id }) => id);
  return kind === 'adherence' ? watch.managementUnitIds : watch.userIds;
}
