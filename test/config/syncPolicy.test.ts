import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/loadConfig.js';
import type { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rosterline-policy-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function policyOf(yaml: string): SyncPolicy | null {
  const file = path.join(directory, 'rosterline.yaml');
  writeFileSync(file, yaml);
  return loadConfig({ ROSTERLINE_CONFIG: file }, directory).sync;
}

function refusalOf(yaml: string): string {
  try {
    policyOf(yaml);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the policy was taken');
}

const SMALL = `
sync:
  sites:
    - site: s1
      businessUnit: b1
      routes:
        - outboundRoute: r1
          callsPerAgent: 1.5
          trunks: [{ trunkBase: t1, carrier: SingTel, maxCalls: 120 }]
`;

describe('the policy of the trunk sync', () => {
  it('is none where the file has none', () => {
    expect(policyOf('taskQueue: rosterline')).toBeNull();
  });

  it('needs sites, routes and trunks; all else has a default', () => {
    expect(policyOf(SMALL)).toMatchObject({
      intervalMinutes: 15,
      everyMinutes: 5,
      debounceSeconds: 10,
      holdDownSeconds: 120,
      maxWritesPerRound: 60,
      onDrift: 'report',
      sites: [{ routes: [{ minimumTrunks: 1 }], campaigns: [] }],
    });
  });

  it('is told of every error at once, errors of form beside contradictions, each with its path', () => {
    const told = refusalOf(`
sync:
  intervalMinutes: 7
  everyMinute: 5
  onDrift: ignore
  sites:
    - site: s1
      businessUnit: b1
      activityCategories: [OnQueueWork]
      activityCodes: [a1]
      routes:
        - outboundRoute: r1
          callsPerAgent: -1
          minimumTrunks: 3
          trunks:
            - { trunkBase: t1, carrier: SingTel, maxCalls: 120 }
            - { trunkBase: t1, carrier: SingTel, maxCalls: 0.5 }
        - outboundRoute: r1
          callsPerAgent: 1
          trunks: [{ trunkBase: t1, carrier: StarHub, maxCalls: 1 }]
    - site: s1
      managementUnits: ['no id']
      routes: []
      campaigns: [{ campaign: c1, linesPerAgent: 1 }, { campaign: c1, linesPerAgent: 2 }]
`);
    for (const part of [
      'configuration: sync.intervalMinutes: ',
      'Unrecognized key: "everyMinute"',
      'sync.onDrift: ',
      'sync.sites.0.routes.0.callsPerAgent: ',
      'sync.sites.0.routes.0.trunks.1.maxCalls: not a whole number',
      'sync.sites.1.managementUnits.0: ',
      'sync.sites.1.businessUnit: ',
      'sync.sites.1.routes: ',
      'sync.sites.0.activityCodes: give activityCategories or activityCodes, not both',
      'sync.sites.0.routes.0.minimumTrunks: 3 is more than the 2 trunks listed',
      'sync.sites.0.routes.0.trunks.1.trunkBase: trunk base t1 is listed twice in this route',
      'sync.sites.0.routes.1.outboundRoute: route r1 is named twice',
      "sync.sites.0.routes.1.trunks.0.carrier: trunk base t1 is SingTel's elsewhere",
      'sync.sites.1.site: site s1 is named twice',
      'sync.sites.1.campaigns.1.campaign: campaign c1 is named twice',
    ])
      expect(told).toContain(part);
  });

  it.each([
    ['sync: 3', 'sync: Invalid input'],
    ['sync: { sites: 3 }', 'sync.sites: Invalid input'],
    ['sync: { sites: [3] }', 'sync.sites.0: Invalid input'],
    ['sync: { sites: [{ site: s, businessUnit: b, routes: [null] }] }', 'sync.sites.0.routes.0: Invalid input'],
  ])('says what is wrong with %s', (yaml, words) => {
    expect(refusalOf(yaml)).toContain(words);
  });
});
