import { seededUuid } from './seededRandom.js';

/**
 * Genesys's categories that an activity code can have. Source: `BusinessUnitActivityCode` of the Python SDK. Results may say
 * `Unscheduled` too, which is no code's; nothing here does.
 */
export type ActivityCategory =
  | 'OnQueueWork'
  | 'Break'
  | 'Meal'
  | 'Meeting'
  | 'OffQueueWork'
  | 'TimeOff'
  | 'Training'
  | 'Unavailable';

export interface ActivityCode {
  readonly id: string;
  readonly name: string;
  readonly category: ActivityCategory;
  readonly isDefault: boolean;
}

const DEFAULTS: readonly (readonly [name: string, category: ActivityCategory])[] = [
  ['On Queue', 'OnQueueWork'],
  ['Break', 'Break'],
  ['Meal', 'Meal'],
  ['Meeting', 'Meeting'],
  ['Off Queue Work', 'OffQueueWork'],
  ['Time Off', 'TimeOff'],
  ['Training', 'Training'],
  ['Unavailable', 'Unavailable'],
];

const CUSTOM: readonly (readonly [name: string, category: ActivityCategory])[] = [
  ['Courriels « écrits »', 'OnQueueWork'],
  ['午休（延長）', 'Meal'],
  ['ஒருவருக்கு ஒருவர் coaching', 'Training'],
  ['استراحة قصيرة', 'Break'],
  ['Stand-up 🧍, "daily"', 'Meeting'],
];

/** The activity codes of a business unit: Genesys's own with short ids, and the customer's with UUIDs. */
export function activityCodesOf(seed: number, businessUnitId: string): ActivityCode[] {
  return [
    ...DEFAULTS.map(([name, category], index) => ({ id: index.toString(), name, category, isDefault: true })),
    ...CUSTOM.map(([name, category]) => ({
      id: seededUuid(seed, 'activity code', businessUnitId, name),
      name,
      category,
      isDefault: false,
    })),
  ];
}
