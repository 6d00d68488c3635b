import type { ExportUnit } from './exportSteps.js';
import type { ExportWindow } from './exportWindow.js';

/** Longest unit name shown: the Temporal UI takes 400 bytes of summary, and a name may be in any script. */
const NAME_CHARACTERS = 60;

/** What a person reads of a window in the Temporal UI: dataset, unit, dates (`to` exclusive, as everywhere). */
export function windowLabel(
  window: Pick<ExportWindow, 'dataset' | 'from' | 'to'>,
  unit: Pick<ExportUnit, 'name'>,
): string {
  const characters = [...new Intl.Segmenter().segment(unit.name)].map(({ segment }) => segment);
  const name = characters.slice(0, NAME_CHARACTERS).join('');
  return `${window.dataset} of ${name}, ${window.from} to ${window.to}`;
}
