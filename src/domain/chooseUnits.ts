import type { ExportUnit } from './exportSteps.js';
import { ExternalId } from './exportWindow.js';
import { isTimeZone } from './calendar.js';
import { Failure } from './failure.js';
import type { HistoryExportInput } from './historyExportInput.js';

/** Names shown when a unit does not exist: enough to spot a typing error. */
const NAMES_SHOWN = 20;

/**
 * The units that an export is for: those asked for by id or exact name, or all.
 *
 * @throws Failure `InvalidInput` naming an unknown or ambiguous unit and those that exist, or a unit whose id or zone we cannot use.
 */
export function chooseUnits(
  all: readonly ExportUnit[],
  request: Pick<HistoryExportInput, 'managementUnits'>,
): ExportUnit[] {
  const chosen = request.managementUnits ? request.managementUnits.map((asked) => find(all, asked)) : [...all];
  if (chosen.length === 0)
    throw new Failure('InvalidInput', 'managementUnits: the organisation has none that this OAuth client may see');
  const units = [...new Map(chosen.map((unit) => [unit.id, unit])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const unit of units) {
    if (!ExternalId.safeParse(unit.id).success || !ExternalId.safeParse(unit.businessUnitId).success)
      throw new Failure('InvalidInput', `managementUnits: Genesys answered an id that is none for ${unit.name}`);
    if (!isTimeZone(unit.timeZone))
      throw new Failure(
        'InvalidInput',
        `managementUnits: ${unit.name} has time zone ${unit.timeZone}, which is not known here`,
      );
  }
  return units;
}

function find(all: readonly ExportUnit[], asked: string): ExportUnit {
  const byId = all.find((unit) => unit.id === asked);
  if (byId) return byId;
  const named = all.filter((unit) => unit.name === asked);
  if (named.length === 1 && named[0]) return named[0];
  if (named.length > 1)
    throw new Failure(
      'InvalidInput',
      `managementUnits: ${named.length} units are named ${asked}; use an id: ${named.map((unit) => unit.id).join(', ')}`,
    );
  const names = all.slice(0, NAMES_SHOWN).map((unit) => `${unit.name} (${unit.id})`);
  const more = all.length > NAMES_SHOWN ? `, and ${all.length - NAMES_SHOWN} more` : '';
  throw new Failure('InvalidInput', `managementUnits: there is no unit ${asked}; there are ${names.join(', ')}${more}`);
}
