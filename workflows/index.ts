export { budgetKeeper } from './budgetKeeper.js';
export { exportPlan } from './exportPlan.js';
export { exportWindow } from './exportWindow.js';
export { historyExport } from './historyExport.js';
export { legalHold } from './legalHold.js';
export { nightlyLoad } from './nightlyLoad.js';
export { purge } from './purge.js';
export { trunkSync } from './trunkSync.js';
