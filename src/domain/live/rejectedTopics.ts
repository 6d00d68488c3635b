import type { TopicAnswer } from './channelCalls.js';
import type { RejectedTopics } from './liveSink.js';
import { subjectOf, topicPattern } from './topics.js';

/** Longest part of Genesys's own words that is kept. */
const LONGEST_REASON = 200;

/** Rejected topics by pattern and reason, without ids: what an operator is told. Answers that permit are left out. */
export function rejectedTopics(answers: Iterable<TopicAnswer>): RejectedTopics[] {
  const byReason = new Map<string, RejectedTopics>();
  for (const { topic, permitted, reason, missingPermissions } of answers) {
    const subject = subjectOf(topic);
    if (permitted || subject === null) continue;
    const told = {
      pattern: topicPattern(topic),
      kind: subject.kind,
      reason: withoutIds(reason ?? 'rejected without a reason', topic),
      missingPermissions: [...missingPermissions].sort(),
    };
    const key = JSON.stringify(told);
    byReason.set(key, { ...told, count: (byReason.get(key)?.count ?? 0) + 1 });
  }
  return [...byReason.values()];
}

function withoutIds(reason: string, topic: string): string {
  return reason
    .replaceAll(topic, topicPattern(topic))
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '{id}')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_REASON);
}
