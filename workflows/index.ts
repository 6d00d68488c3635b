export { exportWindow } from './exportWindow.js';
export { historyExport } from './historyExport.js';
