import { Failure } from '../../domain/failure.js';
import { readOpenGaps } from './liveGapRows.js';
import { instantMs, instantText, type LiveSql } from './liveSql.js';
import type { LiveBatch, LiveClaim } from './liveStore.js';

interface FeedRow {
  readonly organisationId: string;
  readonly takeOver: number;
  readonly lastMessageAt: string | null;
  readonly watch: string | null;
  readonly watchReadAt: string | null;
}

/** Gives the feed to a new listener: from here on, what an older one writes is refused. */
export async function claimFeed(
  sql: LiveSql,
  { organisationId, after }: { readonly organisationId: string; readonly after: number },
): Promise<LiveClaim> {
  await sql.rows(
    `INSERT INTO live_feed (one, organisation_id, take_over, taken_over_at, connected, whole, seen_at)
     VALUES (TRUE, $1, 0, now(), FALSE, FALSE, now()) ON CONFLICT (one) DO NOTHING`,
    [organisationId],
  );
  const before = await feedRow(sql);
  if (before.organisationId !== organisationId)
    throw new Failure(
      'Blocked',
      `the live tables are of organisation ${before.organisationId}, and this listener is of ${organisationId}: give each organisation a warehouse, or a schema, of its own. Nothing was changed`,
    );
  const takeOver = Math.max(before.takeOver, after) + 1;
  await sql.rows(
    `UPDATE live_feed SET take_over = CAST($1 AS BIGINT), taken_over_at = now(), connected = FALSE, connected_since = NULL,
       whole = FALSE, seen_at = now()`,
    [takeOver],
  );
  const { watch, watchReadAt } = before;
  return {
    takeOver,
    lastMessageMs: instantMs(before.lastMessageAt),
    openGaps: await readOpenGaps(sql),
    watch: watch === null || watchReadAt === null ? null : { text: watch, readMs: instantMs(watchReadAt) },
  };
}

/** @throws Failure `Conflict` when another listener has taken over since. To be called first in a transaction: it holds the feed. */
export async function requireFeed(sql: LiveSql, takeOver: number): Promise<void> {
  const now = await feedRow(sql);
  if (now.takeOver === takeOver) return;
  throw new Failure(
    'Conflict',
    `listener ${takeOver} is not the one any more: listener ${now.takeOver} has taken over. Nothing of it was written; what it had heard, the other reads by REST`,
  );
}

/** Writes the feed as it stands. */
export async function writeFeed(sql: LiveSql, { feed, watch }: Pick<LiveBatch, 'feed' | 'watch'>): Promise<void> {
  await sql.rows(
    `UPDATE live_feed SET connected = CAST($1 AS BOOLEAN), connected_since = CAST($2 AS TIMESTAMPTZ),
       whole = CAST($3 AS BOOLEAN), last_message_at = coalesce(CAST($4 AS TIMESTAMPTZ), last_message_at), problem = $5,
       occupancy_off = $6, watch = coalesce($7, watch),
       watch_read_at = coalesce(CAST($8 AS TIMESTAMPTZ), watch_read_at), seen_at = now()`,
    [
      String(feed.connected),
      instantText(feed.sinceMs),
      String(feed.whole),
      instantText(feed.lastMessageMs),
      feed.problem,
      feed.occupancyOff,
      watch?.text ?? null,
      instantText(watch?.readMs ?? null),
    ],
  );
  // Nothing keeps them true: no rows say less that is wrong.
  if (feed.occupancyOff !== null) await sql.rows('DELETE FROM occupancy_live');
}

async function feedRow(sql: LiveSql): Promise<FeedRow> {
  const [row] = await sql.rows<FeedRow>(
    `SELECT organisation_id AS "organisationId", take_over AS "takeOver", last_message_at AS "lastMessageAt", watch,
       watch_read_at AS "watchReadAt" FROM live_feed ${sql.forUpdate}`,
  );
  if (row) return row;
  throw new Failure('Conflict', 'the row of live_feed is gone: somebody deleted it. The next listener makes it anew');
}
