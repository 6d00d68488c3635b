import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { openPublishRig, type PublishRig } from '../support/publishRig.js';
import { runRosterline } from '../support/runRosterline.js';
import { holdWarehouse } from '../support/warehouseHolder.js';

describe('rosterline publish', () => {
  let rig: PublishRig;
  let environment: Record<string, string>;
  beforeAll(async () => {
    rig = await openPublishRig();
    await rig.warehouse.release();
    environment = { ROSTERLINE_DATA: rig.directory };
  });
  afterAll(() => rig.close());

  it('waits for whoever holds the warehouse, says for whom, and ends with what it published', async () => {
    const holder = await holdWarehouse(rig.warehousePath);
    let said = '';
    const publishing = runRosterline(['publish', '--to', rig.to, '--json'], environment, (stderr) => (said = stderr));
    await eventually('it says whom it waits for', () => said.includes(`process ${holder.pid}`));
    await holder.letGo();
    const { code, stdout, stderr } = await publishing;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('published: ') });
    expect(JSON.parse(stdout.trim())).toMatchObject({
      to: rig.to,
      changed: true,
      tables: { adherence_day: { rows: 3, partitions: 2 }, coverage: { rows: 2, partitions: 2 } },
      removed: [],
      chainHead: { seq: 1 },
    });
  });

  it('says in a few lines that nothing changed', async () => {
    const { code, stdout } = await runRosterline(['publish', '--to', rig.to], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^published: 9 rows, [\d.]+ MB; 0 files written \(0\.0 MB\), 8 unchanged\n/);
    expect(stdout).toContain('3 rows in adherence_day, 2 files\n');
    expect(stdout).toMatch(/manifest .*\/published\/manifest\.json, of the chain up to entry 1\n$/);
  });

  it.each([
    [['--to', '/nowhere', '--tables', 'agents'], 2, 'There is no table agents; there are adherence_day'],
    [['--to', '/nowhere', '--since', 'March'], 2, 'Write it as 2025-03'],
    [['--to', '/nowhere', '--since', '90d', '--full'], 2, 'cannot be used with'],
    [[], 2, "required option '--to <place>' not specified"],
  ])('refuses %j', async (options, code, message) => {
    const ended = await runRosterline(['publish', ...options], environment);
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: expect.stringContaining(message) });
  });

  it('makes no warehouse where there is none', async () => {
    const ended = await runRosterline(['publish', '--to', rig.to], { ROSTERLINE_DATA: `${rig.directory}/other` });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('there is no warehouse at');
  });
});
