import { type HeardStatus, type LiveOccupancy, withStatuses } from '../../domain/live/liveOccupancy.js';
import { instantMs, instantText, type LiveColumnType, type LiveSql } from './liveSql.js';
import type { LiveBatch } from './liveStore.js';

const ADHERENCE = {
  user_id: 'TEXT',
  management_unit_id: 'TEXT',
  adherence_state: 'TEXT',
  adherence_since: 'TIMESTAMPTZ',
  impact: 'TEXT',
  scheduled_activity_category: 'TEXT',
  actual_activity_category: 'TEXT',
  system_presence: 'TEXT',
  secondary_presence_id: 'TEXT',
  routing_status: 'TEXT',
  presence_since: 'TIMESTAMPTZ',
  out_of_office: 'BOOLEAN',
  removed: 'BOOLEAN',
  event_at: 'TIMESTAMPTZ',
  source: 'TEXT',
} as const;

const OCCUPANCY = {
  user_id: 'TEXT',
  routing_status: 'TEXT',
  status_since: 'TIMESTAMPTZ',
  interval_start: 'TIMESTAMPTZ',
  known_from: 'TIMESTAMPTZ',
  interacting_ms: 'BIGINT',
  communicating_ms: 'BIGINT',
  idle_ms: 'BIGINT',
  not_responding_ms: 'BIGINT',
  off_queue_ms: 'BIGINT',
  approximate: 'BOOLEAN',
  source: 'TEXT',
} as const;

/** What says the same of an agent, wherever it came from. */
const ADHERENCE_FACTS = Object.keys(ADHERENCE).filter((column) => !['user_id', 'event_at', 'source'].includes(column));

/**
 * Writes the latest of each user, where it is later than what is there, or says something else of the same instant.
 *
 * @param events in the order in which they became known: of those of one instant the last counts.
 * @returns how many were news.
 */
export async function writeAdherence(sql: LiveSql, takeOver: number, events: LiveBatch['adherence']): Promise<number> {
  const latest = new Map<string, LiveBatch['adherence'][number]>();
  for (const event of events) if (event.atMs >= (latest.get(event.userId)?.atMs ?? -1)) latest.set(event.userId, event);
  if (latest.size === 0) return 0;
  const rows = [...latest.values()].map((event) => ({
    user_id: event.userId,
    management_unit_id: event.managementUnitId,
    adherence_state: event.adherenceState,
    adherence_since: instantText(event.adherenceChangedAtMs),
    impact: event.impact,
    scheduled_activity_category: event.scheduledActivityCategory,
    actual_activity_category: event.actualActivityCategory,
    system_presence: event.systemPresence,
    secondary_presence_id: event.secondaryPresenceId,
    routing_status: event.routingStatus,
    presence_since: instantText(event.presenceChangedAtMs),
    out_of_office: event.isOutOfOffice,
    removed: event.isRemoved,
    event_at: instantText(event.atMs),
    source: event.source,
  }));
  const says = (which: string): string => `(${ADHERENCE_FACTS.map((column) => `${which}.${column}`).join(', ')})`;
  const isNews = `excluded.event_at > adherence_live.event_at OR (excluded.event_at = adherence_live.event_at
     AND ${says('excluded')} IS DISTINCT FROM ${says('adherence_live')})`;
  return await upsert(sql, { table: 'adherence_live', columns: ADHERENCE, isNews }, takeOver, rows);
}

/** Adds statuses to what is known of each user, as `withStatuses` says. @returns how many were news. */
export async function writeStatuses(sql: LiveSql, takeOver: number, heard: readonly HeardStatus[]): Promise<number> {
  if (heard.length === 0) return 0;
  const known = await knownOccupancy(sql, [...new Set(heard.map(({ userId }) => userId))]);
  const { changed, news } = withStatuses(known, heard);
  if (changed.length === 0) return 0;
  const rows = changed.map((row) => ({
    user_id: row.userId,
    routing_status: row.status,
    status_since: instantText(row.sinceMs),
    interval_start: instantText(row.intervalStartMs),
    known_from: instantText(row.knownFromMs),
    interacting_ms: row.interactingMs,
    communicating_ms: row.communicatingMs,
    idle_ms: row.idleMs,
    not_responding_ms: row.notRespondingMs,
    off_queue_ms: row.offQueueMs,
    approximate: row.isApproximate,
    source: row.source,
  }));
  const isNews = 'excluded.status_since > occupancy_live.status_since';
  await upsert(sql, { table: 'occupancy_live', columns: OCCUPANCY, isNews }, takeOver, rows);
  return news;
}

/** Marks agents who have left every unit, where no event said so; what is known of their occupancy goes. */
export async function writeLeft(sql: LiveSql, takeOver: number, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  const left = `(SELECT user_id FROM ${sql.recordset({ user_id: 'TEXT' })})`;
  const given = JSON.stringify(userIds.map((id) => ({ user_id: id })));
  await sql.rows(
    `UPDATE adherence_live SET removed = TRUE, take_over = CAST($2 AS BIGINT), written_at = now()
     WHERE NOT removed AND user_id IN ${left}`,
    [given, takeOver],
  );
  await sql.rows(`DELETE FROM occupancy_live WHERE user_id IN ${left}`, [given]);
}

async function upsert(
  sql: LiveSql,
  { table, columns, isNews }: { table: string; columns: Readonly<Record<string, LiveColumnType>>; isNews: string },
  takeOver: number,
  rows: readonly Record<string, unknown>[],
): Promise<number> {
  const names = Object.keys(columns);
  const all = [...names, 'take_over', 'written_at'];
  const changed = await sql.rows(
    `INSERT INTO ${table} (${all.join(', ')})
     SELECT ${names.join(', ')}, CAST($2 AS BIGINT), now() FROM ${sql.recordset(columns)}
     ON CONFLICT (user_id) DO UPDATE SET ${all
       .filter((name) => name !== 'user_id')
       .map((name) => `${name} = excluded.${name}`)
       .join(', ')}
     WHERE ${isNews} RETURNING user_id`,
    [JSON.stringify(rows), takeOver],
  );
  return changed.length;
}

/** As the table has it: instants are texts there. */
type OccupancyRow = Omit<LiveOccupancy, 'sinceMs' | 'intervalStartMs' | 'knownFromMs'> & {
  readonly since: string;
  readonly intervalStart: string;
  readonly knownFrom: string;
};

async function knownOccupancy(sql: LiveSql, userIds: readonly string[]): Promise<LiveOccupancy[]> {
  const rows = await sql.rows<OccupancyRow>(
    `SELECT user_id AS "userId", routing_status AS status, status_since AS since, interval_start AS "intervalStart",
       known_from AS "knownFrom", interacting_ms AS "interactingMs", communicating_ms AS "communicatingMs",
       idle_ms AS "idleMs", not_responding_ms AS "notRespondingMs", off_queue_ms AS "offQueueMs",
       approximate AS "isApproximate", source
     FROM occupancy_live WHERE user_id IN (SELECT user_id FROM ${sql.recordset({ user_id: 'TEXT' })})`,
    [JSON.stringify(userIds.map((id) => ({ user_id: id })))],
  );
  return rows.map(({ since, intervalStart, knownFrom, ...row }) => ({
    ...row,
    sinceMs: instantMs(since),
    intervalStartMs: instantMs(intervalStart),
    knownFromMs: instantMs(knownFrom),
  }));
}
