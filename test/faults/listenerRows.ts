import type { Pool } from 'pg';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import { type PlainRow, type RowDifferences, rowDifferences } from '../support/rowDifferences.js';

/** The feed as its row tells it. Instants are milliseconds since the epoch. */
export interface FeedRow {
  readonly takeOver: number;
  readonly connected: boolean;
  readonly whole: boolean;
  readonly openGaps: number;
  readonly problem: string | null;
}

/** A gap as its row tells it. Instants are milliseconds since the epoch. */
export interface GapRow {
  readonly takeOver: number;
  readonly gap: number;
  readonly cause: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly recoveredMs: number | null;
}

const MS = (column: string): string => `CAST(extract(epoch FROM ${column}) * 1000 AS float8)`;

/** What the live feed wrote to a Postgres warehouse, read as an analyst would. */
export class ListenerRows {
  constructor(private readonly pool: Pool) {}

  /** Null before the first listener. */
  async feed(): Promise<FeedRow | null> {
    const [row] = await this.#rows(
      `SELECT take_over::float8 AS "takeOver", connected, whole, problem,
              (SELECT count(*)::float8 FROM live_gap WHERE recovered_at IS NULL) AS "openGaps" FROM live_feed`,
    ).catch((error: unknown) => {
      // No worker has made the tables yet.
      if ((error as { code?: string }).code === '42P01') return [];
      throw error;
    });
    return (row as FeedRow | undefined) ?? null;
  }

  async gaps(): Promise<GapRow[]> {
    return (await this.#rows(
      `SELECT take_over::float8 AS "takeOver", gap::float8 AS gap, cause, ${MS('from_at')} AS "fromMs", ${MS('to_at')} AS "toMs",
              ${MS('recovered_at')} AS "recoveredMs" FROM live_gap ORDER BY take_over, gap`,
    )) as unknown as GapRow[];
  }

  /** Rows that a listener wrote after another had taken over. */
  async writtenByTwo(): Promise<number> {
    const late = (table: string): string =>
      `SELECT count(*) AS late FROM ${table}, live_feed
       WHERE ${table}.take_over <> live_feed.take_over AND ${table}.written_at > live_feed.taken_over_at`;
    const rows = await this.#rows(
      `SELECT sum(late)::float8 AS late FROM (${late('adherence_live')} UNION ALL ${late('occupancy_live')}) AS counted`,
    );
    return Number(rows[0]?.['late']);
  }

  /** How the rows differ from what agents do now. */
  async differences(simulator: RunningSimulator): Promise<{ adherence: RowDifferences; occupancy: RowDifferences }> {
    const agents = simulator.notifications.agents();
    const adherence = await this.#rows(
      `SELECT user_id, management_unit_id, adherence_state, ${MS('adherence_since')} AS adherence_since, impact,
              scheduled_activity_category, actual_activity_category, system_presence, secondary_presence_id, routing_status,
              ${MS('presence_since')} AS presence_since, out_of_office, removed FROM adherence_live`,
    );
    const occupancy = await this.#rows(
      `SELECT user_id, routing_status, ${MS('status_since')} AS status_since FROM occupancy_live`,
    );
    return {
      adherence: rowDifferences(
        adherence,
        agents.map((agent) => adherenceRow(agent.userId, agent.managementUnitId, agent.adherence)),
      ),
      occupancy: rowDifferences(
        occupancy,
        agents.map(({ userId, routingStatus }) => ({
          user_id: userId,
          routing_status: routingStatus['status'],
          status_since: instant(routingStatus['startTime']),
        })),
      ),
    };
  }

  async #rows(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.pool.query<Record<string, unknown>>(sql)).rows;
  }
}

function adherenceRow(userId: string, unitId: string, body: Record<string, unknown>): PlainRow {
  return {
    user_id: userId,
    management_unit_id: unitId,
    adherence_state: body['adherenceState'],
    adherence_since: instant(body['timeOfAdherenceChange']),
    impact: body['impact'],
    scheduled_activity_category: body['scheduledActivityCategory'],
    actual_activity_category: body['actualActivityCategory'],
    system_presence: body['systemPresence'],
    secondary_presence_id: body['organizationSecondaryPresenceId'] ?? null,
    routing_status: body['routingStatus'],
    presence_since: instant(body['presenceUpdateTime']),
    out_of_office: body['isOutOfOffice'],
    removed: false,
  };
}

function instant(text: unknown): number {
  return Date.parse(String(text));
}
