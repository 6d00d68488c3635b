import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LiveState } from '../src/domain/live/liveState.js';

/** Answers at once, also while nobody listens. */
export const liveStateQuery = defineQuery<LiveState>('state');

/** Sent by the listener when it has something new to say of itself: a `LiveReport`. */
export const listeningSignal = defineSignal<[unknown]>('listening');
