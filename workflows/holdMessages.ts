import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { ReleaseRequest } from '../src/domain/legalHold.js';
import type { HoldProgress } from '../src/domain/legalHoldInput.js';

/** Answers at once. */
export const holdProgressQuery = defineQuery<HoldProgress>('holdProgress');

/** Ends the hold, once it has been placed whole. Sent with a start: a hold's workflow runs only while there is something to do. */
export const releaseHoldSignal = defineSignal<[ReleaseRequest]>('releaseHold');
