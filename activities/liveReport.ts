import type { LiveGap } from '../src/domain/live/liveGap.js';
import type { ListenerState } from '../src/domain/live/liveSink.js';
import type { LiveReport } from '../src/domain/live/liveState.js';
import type { LiveSettings } from '../src/domain/live/liveSettings.js';

/** What a listener's report is made of. */
export interface ReportedFacts {
  readonly takeOver: number;
  /** Null where it does not listen yet, or no more. */
  readonly listener: ListenerState | null;
  readonly settings: LiveSettings;
  readonly gaps: {
    readonly met: number;
    readonly open: number;
    readonly last: LiveGap | null;
    readonly problem: string | null;
  };
  readonly lastMessageMs: number | null;
  readonly unreadable: number;
  readonly sync: LiveReport['sync'];
  readonly waiting: number;
  /** Whether the last write said that the feed is whole, and none has failed since. */
  readonly isWritten: boolean;
  /** What is in the way of writing, or of listening at all. */
  readonly problem: string | null;
}

/** A listener's report. */
export function liveReport(facts: ReportedFacts): LiveReport {
  const { listener, gaps, sync } = facts;
  const connected = listener?.connected ?? false;
  return {
    v: 1,
    takeOver: facts.takeOver,
    connected,
    since: instant(listener?.sinceMs ?? null),
    whole: connected && gaps.open === 0 && facts.isWritten,
    channels: listener?.channels ?? 0,
    topics: listener?.topics ?? { scheduleChanged: 0, trunkChanged: 0, adherence: 0, routingStatus: 0 },
    rejected:
      listener?.rejected.map(({ pattern, count, reason, missingPermissions }) => ({
        pattern,
        count,
        reason,
        missingPermissions: [...missingPermissions],
      })) ?? [],
    occupancyOff: occupancyOff(facts.settings, listener),
    gaps: {
      met: gaps.met,
      open: gaps.open,
      last: gaps.last && {
        cause: gaps.last.cause,
        from: instant(gaps.last.fromMs),
        to: instant(gaps.last.toMs),
        recovered: instant(gaps.last.recoveredMs),
      },
    },
    lastMessage: instant(facts.lastMessageMs),
    unreadable: facts.unreadable,
    sync,
    waiting: facts.waiting,
    problem: facts.problem ?? listener?.problem ?? gaps.problem,
  };
}

/** Why there is no occupancy: switched off, or the organisation lets no client of credentials hear of users. Null where there is. */
export function occupancyOff(settings: LiveSettings, listener: ListenerState | null): string | null {
  if (!settings.occupancy) return 'switched off by live.occupancy';
  const rejected = listener?.rejected.find(({ kind }) => kind === 'routingStatus');
  if (rejected === undefined || (listener?.topics.routingStatus ?? 0) > 0) return null;
  const missing = rejected.missingPermissions.length > 0 ? `; it takes ${rejected.missingPermissions.join(', ')}` : '';
  return `the organisation rejects topics of users (${rejected.reason}${missing})`;
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
