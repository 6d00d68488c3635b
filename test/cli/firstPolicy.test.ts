import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkPolicy } from '../../src/cli/sync/checkPolicy.js';
import { initPolicy } from '../../src/cli/sync/initPolicy.js';
import type { Output } from '../../src/cli/output.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import type { Check } from '../../src/domain/checklist.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';

let simulator: RunningSimulator;
let directory: string;
let file: string;
let said: string[];
let result: unknown;

const output: Output = {
  json: false,
  say: (line) => void said.push(line),
  result: (value) => void (result = value),
};

beforeAll(async () => {
  simulator = await startSimulator({ seed: 3, tokenLimitPerMinute: null });
});
afterAll(async () => await simulator.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-policy-'));
  file = join(directory, 'rosterline.yaml');
  said = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function environment(more: Record<string, string> = {}): Record<string, string> {
  return {
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    GENESYS_CLIENT_ID: simulator.clientId,
    GENESYS_CLIENT_SECRET: simulator.clientSecret,
    ...more,
  };
}

async function init(env = environment(), out?: string): Promise<number> {
  return await initPolicy(loadConfig(env, directory), { env, workingDirectory: directory, out }, output);
}

async function checked(change: (yaml: string) => string = (yaml) => yaml): Promise<Map<string, Check>> {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  await checkPolicy(loadConfig(environment({ ROSTERLINE_CONFIG: file }), directory), output);
  return new Map((result as { checks: Check[] }).checks.map((check) => [check.name, check]));
}

describe('the first policy', () => {
  it('is written from what the organisation has, with names beside ids, and passes its own check', async () => {
    expect(await init()).toBe(0);
    const yaml = readFileSync(file, 'utf8');
    const { sites, routes, trunkBases, tableId } = simulator.telephony.facts();
    const site = sites.find(({ managed }) => !managed);
    expect(yaml).toContain(`- site: ${site?.id}   # ${site?.name}`);
    expect(yaml).toContain(`metadataTable: ${tableId}`);
    const [first] = trunkBases;
    expect(yaml).toContain(`{ trunkBase: ${first?.id}, carrier: "SingTel", maxCalls: 100 }   # ${first?.name}`);
    const emergency = routes.find(({ name }) => name.endsWith('emergency'));
    expect(yaml).not.toContain(`outboundRoute: ${emergency?.id}`);
    expect(yaml).toContain(`route ${emergency?.name} (${emergency?.id}): emergency numbers alone`);
    expect(statSync(file).mode & 0o077).toBe(0);

    const checks = await checked();
    expect([...checks.values()].filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.get('routes')?.message).toContain('Singapore campaigns');
    expect(checks.get('trunk bases')?.message).toContain('SingTel 1');
    expect(said.at(-2)).toMatch(/^ready: \d+ of \d+ ok, 2 warnings; \d+ API calls$/);
  });

  it('is appended to settings that are there, and never put over another policy', async () => {
    writeFileSync(file, '# ours\ntaskQueue: telephony\n');
    const env = environment({ ROSTERLINE_CONFIG: file });
    expect(await init(env)).toBe(0);
    const { sync, taskQueue } = loadConfig(env, directory);
    expect([sync?.sites.length, taskQueue]).toEqual([1, 'telephony']);
    const before = readFileSync(file, 'utf8');
    expect(before.startsWith('# ours\n')).toBe(true);
    await expect(init(env)).rejects.toThrow('has a policy already (sync:): it was left as it is');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('goes to standard output where that is asked for, and says that nothing can be synced where there is nothing', async () => {
    expect(await init(environment(), '-')).toBe(0);
    expect(said[0]).toContain('\nsync:\n');
    const without = await startSimulator({ telephony: null });
    const env = {
      ...environment({ GENESYS_API_URL: without.url, GENESYS_LOGIN_URL: without.url }),
      GENESYS_CLIENT_ID: without.clientId,
      GENESYS_CLIENT_SECRET: without.clientSecret,
    };
    await expect(init(env)).rejects.toThrow('no site of your own has an outbound route with trunks');
    await without.close();
  });
});

describe('rosterline sync check', () => {
  beforeEach(async () => {
    await init();
  });

  it('names each id that is gone, and what there is instead', async () => {
    const { routes, trunkBases, campaigns } = simulator.telephony.facts();
    const [route, ,] = routes;
    const checks = await checked((yaml) =>
      yaml
        .replace(route?.id ?? '', 'no-route')
        .replace(trunkBases[0]?.id ?? '', 'no-base')
        .replace(campaigns[0]?.id ?? '', 'no-campaign')
        .replace(/activityCategories: \[OnQueueWork\]/, 'activityCodes: [no-code]'),
    );
    expect(checks.get('routes')?.message).toContain('no outbound route no-route; it has Singapore campaigns');
    expect(checks.get('trunk bases')?.message).toContain('there is no trunk base no-base');
    expect(checks.get('campaigns')?.message).toContain('there is no campaign no-campaign');
    expect(checks.get('activities')?.message).toContain('there is no activity code no-code; there are');
  });

  it("refuses a site of Genesys's own, and a table without the columns", async () => {
    const { sites, tableId } = simulator.telephony.facts();
    const managed = sites.find((site) => site.managed);
    const own = sites.find((site) => !site.managed);
    const tables = await checked((yaml) => yaml.replace(own?.id ?? '', managed?.id ?? '').replace(tableId, 'no-table'));
    expect(tables.get('site')?.message).toContain("Genesys's own site: its routes cannot be written");
    expect(tables.get('data table')?.ok).toBe(false);
  });

  it('warns of a trunk that is down, and names the permission that is missing', async () => {
    const [first] = simulator.telephony.facts().trunkBases;
    simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [first?.id ?? ''], connected: false });
    const checks = await checked();
    expect(checks.get('trunks')).toMatchObject({ ok: true, message: expect.stringContaining('down now: SingTel 1') });
    simulator.telephony.happen({ kind: 'trunks', connected: true });
    const { clientId, clientSecret } = simulator;
    const poorer = await startSimulator({ seed: 3, clientId, clientSecret, permissions: ['telephony:plugin:all'] });
    const env = { GENESYS_API_URL: poorer.url, GENESYS_LOGIN_URL: poorer.url, ROSTERLINE_CONFIG: file };
    expect(await checkPolicy(loadConfig(environment(env), directory), output)).toBe(1);
    await poorer.close();
    const failed = (result as { checks: Check[] }).checks.filter(({ ok }) => !ok).map(({ name }) => name);
    expect(failed).toEqual(['business unit', 'schedules', 'activities', 'data table', 'its rows', 'campaigns']);
    expect(said.join('\n')).toContain('needs the permission wfm:publishedSchedule:view');
  });
});
