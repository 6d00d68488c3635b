import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { PurgeProgress } from '../src/domain/purgeInput.js';

/** Answers at once. */
export const purgeProgressQuery = defineQuery<PurgeProgress>('purgeProgress');

/** Goes on with what was shown. */
export const confirmPurgeSignal = defineSignal('confirmPurge');

/** Ends a purge that waits for its confirmation; one that removes already goes on. */
export const abandonPurgeSignal = defineSignal('abandonPurge');
