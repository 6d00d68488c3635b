import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LiveGaps } from '../../activities/liveGaps.js';
import { LiveWriter } from '../../activities/liveWriter.js';
import { openDuckdbLiveStore } from '../../src/warehouse/live/openDuckdbLiveStore.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';
import { adherence, at, batch } from '../support/liveBatches.js';

let directory: string;
let store: LiveStore;
let writer: LiveWriter;
let takeOver: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-live-writer-'));
  store = openDuckdbLiveStore({ path: join(directory, 'live.duckdb'), tempDirectory: join(directory, 'temp') });
  await store.migrate();
  ({ takeOver } = await store.claim({ organisationId: 'acme', after: 0 }));
  writer = aWriter();
});

afterAll(async () => {
  await store.release();
  rmSync(directory, { recursive: true, force: true });
});

function aWriter(): LiveWriter {
  return new LiveWriter({
    store,
    takeOver,
    gaps: new LiveGaps(takeOver, []),
    feed: () => batch().feed,
    quietWriteMs: 5_000,
    log: { warn: () => undefined },
  });
}

const never = new AbortController().signal;
const saying = (userId: string, routingStatus: string) => adherence(userId, at(10), { routingStatus });

async function answers(userId: string, routingStatus: string, askedMs: number): Promise<void> {
  const read = { adherence: [{ event: saying(userId, routingStatus), askedMs }], statuses: [] };
  await writer.writeRead(read, never);
}

/** Writes what waits, and reads the row. */
async function written(userId: string): Promise<unknown> {
  const ended = new AbortController();
  ended.abort();
  await writer.run(ended.signal);
  const rows = await store.query(`SELECT routing_status FROM adherence_live WHERE user_id = '${userId}'`);
  return rows[0]?.['routing_status'];
}

describe('what is known of an agent at one instant of Genesys’s', () => {
  it('is the event where it came after the question that REST answers, whichever is written first', async () => {
    const askedMs = performance.now() - 1_000;
    writer.hear(saying('anna', 'INTERACTING'));
    await answers('anna', 'IDLE', askedMs);
    expect(await written('anna')).toBe('INTERACTING');
    await answers('anna', 'IDLE', askedMs);
    expect(await written('anna')).toBe('INTERACTING');
  });

  it('is the answer where the question came after the event, though that waits to be written still', async () => {
    writer.hear(saying('ben', 'INTERACTING'));
    await answers('ben', 'IDLE', performance.now() + 1_000);
    expect(await written('ben')).toBe('IDLE');
  });
});

describe('who waits until something is written', () => {
  it('is told where the listener has ended, also when they ask later', async () => {
    const ending = new AbortController();
    const one = aWriter();
    const running = one.run(ending.signal);
    await one.soon();
    ending.abort();
    await running;
    await expect(one.soon()).rejects.toThrow('the listener has ended');
  });

  it('is told where another listener has taken over, also when they ask later', async () => {
    const one = aWriter();
    await store.claim({ organisationId: 'acme', after: takeOver });
    const running = one.run(never);
    await expect(one.soon()).rejects.toMatchObject({ name: 'Conflict' });
    await expect(one.soon()).rejects.toMatchObject({ name: 'Conflict' });
    await expect(running).rejects.toMatchObject({ name: 'Conflict' });
  });
});
