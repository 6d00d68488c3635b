import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FeedNow } from '../../src/cli/live/feedNow.js';
import type { LiveState } from '../../src/domain/live/liveState.js';
import type { Check } from '../../src/domain/checklist.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { type EndedCommand, runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
let rig: ExportRig;
let file: string;

beforeAll(async () => {
  rig = await startExportRig('live', {
    seed: 23,
    tokenLimitPerMinute: null,
    units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 4 }],
    notifications: { rejectUserTopics: true },
  });
  file = join(rig.directory, 'rosterline.yaml');
  writeFileSync(file, 'live: { enabled: true }\n');
  await rig.startWorker();
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

async function rosterline(...args: string[]): Promise<EndedCommand & { json: unknown }> {
  const ended = await runRosterline(args, { ...rig.environment, ROSTERLINE_CONFIG: file });
  const last = ended.stdout.trim().split('\n').at(-1) ?? '';
  return { ...ended, json: last.startsWith('{') ? (JSON.parse(last) as unknown) : null };
}

describe('rosterline live', () => {
  it(
    'starts the feed, shows what it hears and why occupancy is off, as check does, and stops it cleanly',
    async () => {
      const none = await rosterline('live', 'status');
      expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no live feed runs here') as unknown]);

      const workflowId = `liveFeed/${rig.simulator.organisationId}`;
      expect(await rosterline('live', 'start', '--json')).toMatchObject({
        code: 0,
        json: { workflowId, outcome: 'started' },
      });
      const handle = rig.client.workflow.getHandle(workflowId);
      await eventually('it is whole', async () => (await handle.query<LiveState>('state')).whole);
      // A command takes seconds, and what it shows may be a second old.
      const feed = await eventually('the command says so', async () => {
        const { json } = await rosterline('live', 'status', '--json');
        return (json as FeedNow).whole ? (json as FeedNow) : null;
      });
      expect(feed).toMatchObject({ workflowId, takeOver: 1, connected: true, problem: null });
      expect(feed.listener).toMatchObject({ state: 'listening', attempt: 1 });
      expect(feed.occupancyOff).toContain('the organisation rejects topics of users');

      const { json } = await rosterline('check', '--json');
      const { checks } = json as { checks: Check[] };
      const of = (name: string) => checks.find((check) => check.name === name);
      for (const name of ['live: topics', 'live: adherence', 'live: routing statuses', 'worker: listener', 'live feed'])
        expect([name, of(name)?.ok]).toEqual([name, true]);
      expect(of('worker: listener')?.message).toContain(' listens');
      expect(of('live feed')?.message).toContain('occupancy_live is off: the organisation rejects topics of users');

      const stopped = await rosterline('live', 'stop', '--json');
      expect(stopped).toMatchObject({ code: 0, json: { stopped: true, workflowId } });
      expect((await handle.describe()).status.name).toBe('CANCELLED');
    },
    3 * MINUTES,
  );
});
