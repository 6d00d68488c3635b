import type { WarehouseHold } from '../warehouseHolds.js';
import type { Session } from './session.js';

/** Places a hold, or gives a known one its new range. To be called with no other writer: a load under way would not know of it. */
export async function placeHold(session: Session, hold: WarehouseHold): Promise<void> {
  await session.run(
    `INSERT INTO legal_hold (hold_id, dataset, management_unit_id, from_date, to_date) VALUES ($1, $2, $3, $4::date, $5::date)
     ON CONFLICT (hold_id) DO UPDATE SET dataset = excluded.dataset, management_unit_id = excluded.management_unit_id,
       from_date = excluded.from_date, to_date = excluded.to_date`,
    [hold.holdId, hold.dataset, hold.managementUnitId, hold.from, hold.to],
  );
}

/** Ends a hold; one that is not known is ended already. */
export async function releaseHold(session: Session, holdId: string): Promise<void> {
  await session.run('DELETE FROM legal_hold WHERE hold_id = $1', [holdId]);
}

/** All holds, in order of their id. */
export async function holds(session: Session): Promise<WarehouseHold[]> {
  return await session.rows<WarehouseHold>(
    `SELECT hold_id AS "holdId", dataset, management_unit_id AS "managementUnitId", from_date AS "from", to_date AS "to"
     FROM legal_hold ORDER BY hold_id`,
  );
}
