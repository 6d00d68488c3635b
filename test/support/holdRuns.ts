import type { Client } from '@temporalio/client';
import type { HoldRequest, ReleaseRequest } from '../../src/domain/legalHold.js';
import type { HoldProgress } from '../../src/domain/legalHoldInput.js';
import type { legalHold } from '../../workflows/legalHold.js';

/** What a test says of a hold; the rest is everything, of March 2024. */
export type HeldRange = Partial<HoldRequest>;

const MARCH: HoldRequest = {
  dataset: null,
  managementUnitId: null,
  from: '2024-03-01',
  to: '2024-04-01',
  reason: 'matter 2031-17',
  by: 'counsel',
};

interface Asked {
  readonly client: Client;
  readonly taskQueue: string;
}

/** Places a hold and waits until everything that is there is held. */
export async function placeHold(asked: Asked, holdId: string, range: HeldRange = {}): Promise<HoldProgress> {
  return await (await startHold(asked, holdId, range)).result();
}

export async function startHold({ client, taskQueue }: Asked, holdId: string, range: HeldRange = {}) {
  return await client.workflow.start<typeof legalHold>('legalHold', {
    taskQueue,
    workflowId: holdId,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ v: 1, holdId, place: { ...MARCH, ...range } }],
  });
}

/** Asks for a hold and, in the same breath, for its release: the first task of its workflow has both. Waits until nothing is held for it. */
export async function placeAndRelease(asked: Asked, holdId: string, range: HeldRange): Promise<HoldProgress> {
  return await released(asked, holdId, { ...MARCH, ...range });
}

/** Releases a hold and waits until nothing is held for it. */
export async function releaseHold(asked: Asked, holdId: string): Promise<HoldProgress> {
  return await released(asked, holdId, null);
}

async function released(
  { client, taskQueue }: Asked,
  holdId: string,
  place: HoldRequest | null,
): Promise<HoldProgress> {
  const handle = await client.workflow.signalWithStart<typeof legalHold, [ReleaseRequest]>('legalHold', {
    taskQueue,
    workflowId: holdId,
    args: [{ v: 1, holdId, place }],
    signal: 'releaseHold',
    signalArgs: [{ reason: 'matter closed', by: 'counsel' }],
  });
  return await handle.result();
}
