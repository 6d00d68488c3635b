import { afterEach, expect, it } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { eventually } from '../../support/eventually.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { type SyncEnvironment, skippingSyncEnvironment } from '../../support/syncEnvironment.js';
import { describeTimeSkipping, timeSkipping } from '../../support/timeSkipping.js';
import { syncRuns } from '../../support/syncRuns.js';

quietTemporal('ERROR');
const server = await timeSkipping();

describeTimeSkipping('a trunk sync that runs for long', server, (start) => {
  let environment: TestWorkflowEnvironment;
  let sync: SyncEnvironment;
  afterEach(() => sync.close());

  it('writes the route twice at most while a trunk flaps every 10 seconds for 10 minutes', async () => {
    environment = await start();
    sync = await skippingSyncEnvironment(environment, { name: 'a flapping trunk', sharesBudget: false });
    const handle = await sync.startEnabled({ holdDownSeconds: 120 });
    const [flapping = ''] = sync.routed();
    const { telephony } = sync.simulator;
    telephony.forgetWrites();
    for (let flap = 0; flap < 60; flap++) {
      const connected = flap % 2 === 1;
      telephony.happen({ kind: 'trunks', trunkBaseIds: [flapping], connected });
      await handle.signal('trunkChanged', { trunkId: flapping, trunkBaseId: flapping, connected });
      await environment.sleep('10 seconds');
    }
    const routes = telephony.writes().filter(({ kind }) => kind === 'route');
    process.stdout.write(`60 changes of a trunk: ${routes.length} writes of its route\n`);
    expect(routes.length).toBeGreaterThanOrEqual(1);
    expect(routes.length).toBeLessThanOrEqual(2);
    expect(sync.routed()).not.toContain(flapping);
    await environment.sleep('3 minutes');
    await eventually('it carries again', () => sync.routed()[0] === flapping);
  });

  it('hands over to another run before its history is long, and loses no signal doing so', async () => {
    environment = await start();
    sync = await skippingSyncEnvironment(environment, { name: 'a thousand rounds', sharesBudget: false });
    const handle = await sync.startEnabled({ everyMinutes: 1 });
    const { telephony } = sync.simulator;
    const rounds = Number(process.env['ROSTERLINE_SYNC_ROUNDS'] ?? '80');
    const startedMs = Date.now();
    for (let minutes = 0; minutes < rounds; minutes += 5) {
      // Time alone, and no query: one that meets a task can lock this server's clock (see `sharesBudget`).
      await environment.sleep('5 minutes');
      // A signal a few times in each run, so that some meet the handover.
      await handle.signal('trunkChanged', { trunkId: 'any' });
    }
    const [down = ''] = sync.routed();
    telephony.happen({ kind: 'trunks', trunkBaseIds: [down], connected: false });
    await handle.signal('trunkChanged', { trunkId: down, trunkBaseId: down });
    await environment.sleep('5 seconds');
    await eventually('the route is without it', () => !sync.routed().includes(down));
    // A round that a slow machine drew out was one less in the time.
    while ((await sync.state(handle)).round < rounds) await environment.sleep('1 minute');
    const runs = await syncRuns(sync);
    const longest = Math.max(...runs.map(({ events }) => events));
    process.stdout.write(
      `${rounds} rounds in ${((Date.now() - startedMs) / 1000).toFixed(0)} s: ${runs.length} runs, the longest of ${longest} events and ${Math.max(...runs.map(({ bytes }) => bytes))} bytes\n`,
    );
    expect(longest).toBeLessThan(2000);
    expect(runs.length).toBeGreaterThan(1);
  });
});
