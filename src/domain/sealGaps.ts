import { addDays } from './calendar.js';
import { mergeGaps } from './exportSummary.js';
import type { Gap } from './gap.js';
import type { WindowSeal } from './seal.js';

/** User ids that a gap's message names; the seal has all. */
const IDS_SHOWN = 5;

/**
 * What a load that went through did not bring: days whose rows it may not replace, days that the result does not cover, users that
 * Genesys refused.
 */
export function sealGaps(seal: WindowSeal): Gap[] {
  const { dataset, managementUnitId } = seal;
  const gaps: Gap[] = [];
  for (const { localDate, kept, state, reason } of seal.days) {
    const day = { dataset, managementUnitId, from: localDate, to: addDays(localDate, 1) };
    if (kept === 'Shrunk')
      gaps.push({
        ...day,
        reason: 'Shrunk',
        message:
          'the result has no rows or fewer agents than the warehouse; its rows were kept; reload with "force" to take the result',
      });
    if (state === 'failed')
      gaps.push({
        ...day,
        reason: reason ?? 'NotCovered',
        message: 'the result does not cover the day; export it again',
      });
  }
  if (seal.refusedUserIds.length > 0) {
    const shown = seal.refusedUserIds.slice(0, IDS_SHOWN).join(', ');
    const more =
      seal.refusedUserIds.length > IDS_SHOWN
        ? ` and ${seal.refusedUserIds.length - IDS_SHOWN} more, all in the seal`
        : '';
    gaps.push({
      dataset,
      managementUnitId,
      from: seal.from,
      to: seal.to,
      reason: 'UsersRefused',
      message: `Genesys refuses to answer for user ${shown}${more}; everyone else was loaded`,
    });
  }
  return mergeGaps(gaps);
}
