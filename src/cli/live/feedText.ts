import { duration } from '../progressText.js';
import { labelled } from '../screenText.js';
import { count, instant } from '../sync/statusText.js';
import type { FeedNow } from './feedNow.js';

/** The feed for people: whether it hears, whether anything may be missing, what is refused, and what is in the way. */
export function feedText(feed: FeedNow, nowMs: number): string[] {
  const { topics, gaps, sync, listener } = feed;
  const lines: string[] = [];
  const add = (label: string, text: string): void => void lines.push(...labelled(label, text));
  const ago = (iso: string): string => `${instant(iso)}, ${duration(nowMs - Date.parse(iso))} ago`;
  add('listens', feed.connected && feed.since !== null ? `since ${ago(feed.since)}` : 'no');
  add(
    'whole',
    feed.whole
      ? 'yes: no gap is open, and every row is written'
      : `no: ${count(gaps.open, 'gap')} open${feed.waiting > 0 ? `, rows of ${count(feed.waiting, 'agent')} wait` : ''}`,
  );
  if (feed.problem !== null) add('problem', feed.problem);
  add('last heard', feed.lastMessage === null ? 'none yet' : ago(feed.lastMessage));
  add(
    'topics',
    `${topics.scheduleChanged} of schedules · ${topics.trunkChanged} of trunks · ${topics.adherence} of adherence · ${topics.routingStatus} of routing statuses, over ${count(feed.channels, 'channel')}`,
  );
  for (const { pattern, count: many, reason, missingPermissions } of feed.rejected)
    add(
      'rejected',
      `${many} × ${pattern}: ${reason}${missingPermissions.length > 0 ? `; missing ${missingPermissions.join(', ')}` : ''}`,
    );
  if (feed.occupancyOff !== null) add('occupancy', `off, without rows: ${feed.occupancyOff}`);
  add('gaps', gapsText(feed));
  if (feed.unreadable > 0) add('unreadable', `${count(feed.unreadable, 'event')}; what they said was read by REST`);
  add('trunk sync', SYNC_WORDS[sync.state](sync.told, sync.dropped));
  add('take-over', takeOverText(feed));
  if (listener?.lastFailure != null && feed.problem !== listener.lastFailure) add('before', listener.lastFailure);
  return [feed.workflowId, ...lines];
}

function gapsText({ gaps }: FeedNow): string {
  const { met, last } = gaps;
  if (last === null) return `${met} of this listener`;
  const bounds = `${last.from === null ? 'nobody listened before' : instant(last.from)} to ${last.to === null ? 'now' : instant(last.to)}`;
  const made = last.recovered === null ? 'not read yet' : 'what was missed was read';
  return `${met} of this listener; the last: ${last.cause}, ${bounds}, ${made}`;
}

function takeOverText({ takeOver, takeOvers, listener }: FeedNow): string {
  const since = takeOvers === null ? '' : `, ${takeOvers} since the feed was started`;
  const where =
    listener?.worker == null ? '' : `; ${listener.state === 'listening' ? 'at' : 'last at'} ${listener.worker}`;
  return `${takeOver}${since}${where}`;
}

const SYNC_WORDS: Readonly<Record<FeedNow['sync']['state'], (told: number, dropped: number) => string>> = {
  untold: () => 'nothing to tell it yet',
  told: (told, dropped) => `told ${count(told, 'time')}${dropped > 0 ? `; ${dropped} times none ran` : ''}`,
  none: (_, dropped) =>
    `none runs: ${count(dropped, 'hint')} dropped, and nothing lost by it, because a sync that starts reads the truth`,
  silent: (told) => `Temporal does not take hints now; they wait (told ${count(told, 'time')} before)`,
};
