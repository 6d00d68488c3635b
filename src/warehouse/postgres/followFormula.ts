import { OCCUPANCY_FORMULAS } from '../../domain/occupancyFormula.js';
import { occupancyDayView } from '../occupancyDayView.js';
import type { Session } from './session.js';

/** Makes the view `occupancy_day` divide by the formula of the newest load. */
export async function followFormula(session: Session, formula: unknown): Promise<void> {
  const known = OCCUPANCY_FORMULAS.find((name) => name === formula);
  if (!known) return;
  const current = await session.row<{ value: string }>(
    `SELECT value FROM warehouse_setting WHERE name = 'occupancy_formula'`,
  );
  if (current?.value === known) return;
  await session.run(`UPDATE warehouse_setting SET value = $1 WHERE name = 'occupancy_formula'`, [known]);
  await session.run(occupancyDayView(known));
}
