import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DocumentedReport, RefusalReport, TallyReport } from '../src/domain/budget/budgetReports.js';
import type { BudgetQuestion, BudgetView } from '../src/domain/budget/budgetView.js';
import type { ForgetLimit, SetLimit } from '../src/domain/budget/limitChange.js';
import type { LimitsTable } from '../src/domain/budget/limitsTable.js';

/** A call that Genesys refused, told at once. */
export const refusedSignal = defineSignal<[RefusalReport]>('refused');

/** What a worker did since its last tally. */
export const tallySignal = defineSignal<[TallyReport]>('tally');

/** What Genesys's own list of limits says, told at a worker's start. */
export const documentedSignal = defineSignal<[DocumentedReport]>('documented');

/** Asked by workers before calls: gates, rates, jobs. */
export const budgetQuery = defineQuery<BudgetView, [BudgetQuestion?]>('budget');

/** Asked by people, with the instant as of which they want to know: the keeper's clock stands still while nothing is told. */
export const limitsQuery = defineQuery<LimitsTable, [number?]>('limits');

/** An operator sets a family's rate. */
export const setLimitUpdate = defineUpdate<LimitsTable, [SetLimit]>('setLimit');

/** An operator drops what was set and what was learnt of a family. */
export const forgetLimitUpdate = defineUpdate<LimitsTable, [ForgetLimit]>('forgetLimit');
