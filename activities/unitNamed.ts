import { DATASET_NAMES } from '../src/domain/exportWindow.js';
import { Failure } from '../src/domain/failure.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';

/**
 * A management unit by id or exact name, as the warehouse or the seals know it.
 *
 * @throws Failure `InvalidInput` where nothing is known of it, or several have the name: a misspelt unit must not look like one without
 *   any evidence.
 */
export async function unitNamed(
  deps: ActivityDeps,
  named: string,
): Promise<{ id: string; businessUnitId: string | null }> {
  const found = await ownedWarehouse(deps).query('SELECT id, name, business_unit_id FROM management_unit');
  const units = found.filter(({ id, name }) => id === named || name === named);
  const [unit] = units;
  if (units.length > 1)
    throw new Failure('InvalidInput', `${units.length} units are named ${named}; give the id; nothing was changed`);
  if (unit) return { id: String(unit['id']), businessUnitId: String(unit['business_unit_id']) };
  if (/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/.test(named))
    for (const dataset of DATASET_NAMES)
      if ((await deps.objects.list(`seals/export/${dataset}/${named}`)).length > 0)
        return { id: named, businessUnitId: null };
  throw new Failure(
    'InvalidInput',
    `no management unit ${named} is known, by id or exact name; nothing was changed; see the table management_unit, or leave out --unit for all units`,
  );
}
