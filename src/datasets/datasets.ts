import type { DatasetName } from '../domain/exportWindow.js';
import { adherence } from './adherence.js';
import type { Dataset } from './dataset.js';
import { occupancy } from './occupancy.js';
import { schedules } from './schedules.js';

/** Every dataset by its name. Adding one is adding a file and a line here (and its name to the domain's list). */
export const DATASETS: Readonly<Record<DatasetName, Dataset>> = { adherence, occupancy, schedules };
