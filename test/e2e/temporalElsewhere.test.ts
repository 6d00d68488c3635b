import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CertificateFiles, type TestAuthority, testAuthority } from '../support/certificates.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { type EndedCommand, runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';
import { type TemporalTlsProxy, temporalTlsProxy } from '../support/temporalTlsProxy.js';

const { address } = await temporalServer();

const MINUTES = 60_000;
const API_KEY = 'temporal-key-0a1b2c3d';

let rig: ExportRig;
let authority: TestAuthority;
let client: CertificateFiles;
let company: TemporalTlsProxy;
let cloud: TemporalTlsProxy;
/** As `company`, and its certificate has expired. */
let expired: TemporalTlsProxy;
beforeAll(async () => {
  rig = await startExportRig('temporal-elsewhere', {
    seed: 33,
    units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 3 }],
    tokenLimitPerMinute: null,
    jobSeconds: 0.2,
  });
  authority = await testAuthority(rig.directory);
  const server = await authority.sign('server');
  client = await authority.sign('rosterline-worker');
  company = await temporalTlsProxy(address, server, { authority: authority.certificate });
  expired = await temporalTlsProxy(address, await authority.sign('expired', -1), { authority: authority.certificate });
  cloud = await temporalTlsProxy(address, server, { apiKey: API_KEY });
}, 5 * MINUTES);
afterAll(async () => {
  await rig.close();
  await company.close();
  await expired.close();
  await cloud.close();
}, MINUTES);

/** A profile file in which `company` is a server behind TLS that asks for a certificate. */
function profileFile(tls: Readonly<Record<string, string>>, name: string, at = company): string {
  const path = join(rig.directory, `${name}.toml`);
  const lines = Object.entries(tls).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const head = `[profile.company]\naddress = "${at.address}"\nnamespace = "${rig.namespace}"`;
  writeFileSync(path, [head, '[profile.company.tls]', ...lines, ''].join('\n'));
  return path;
}

/** A worker's or command's settings without those by which the rig finds its server. */
function elsewhere(settings: Readonly<Record<string, string>>): Record<string, string> {
  return { ...rig.environment, TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '', ...settings };
}

async function check(settings: Readonly<Record<string, string>>): Promise<EndedCommand> {
  return await runRosterline(['check', '--only', 'temporal'], elsewhere(settings));
}

describe('a Temporal server behind TLS', () => {
  it(
    'is worked for with a profile that names authority and client certificate, by worker and commands',
    async () => {
      const profile = {
        TEMPORAL_CONFIG_FILE: profileFile(
          {
            server_ca_cert_path: authority.certificate,
            client_cert_path: client.certificate,
            client_key_path: client.key,
          },
          'trusted',
        ),
        TEMPORAL_PROFILE: 'company',
      };
      const worker = await rig.startWorker([], elsewhere(profile));
      const week = { datasets: ['adherence'], from: '2024-01-01', to: '2024-01-03' };
      expect(await rig.export(week, 'behind-tls')).toMatchObject({ status: 'complete' });
      const { code, stdout } = await check(profile);
      expect(stdout).toContain(`${company.address} answers`);
      expect(stdout).toMatch(/^ok +worker: warehouse/m);
      expect(code).toBe(0);
      expect([...company.clients]).toEqual(['rosterline-worker']);
      await worker.stop();
    },
    5 * MINUTES,
  );

  it(
    'is refused in words that name what to look at: no certificate, an unknown authority, another name, one that has expired',
    async () => {
      const trusted = { server_ca_cert_path: authority.certificate };
      const ours = { client_cert_path: client.certificate, client_key_path: client.key };
      const misnamed = { ...trusted, ...ours, server_name: 'elsewhere.example.com' };
      const old = await authority.sign('old-worker', -1);
      const outdated = { ...trusted, client_cert_path: old.certificate, client_key_path: old.key };
      const company = (tls: Readonly<Record<string, string>>, name: string, at?: TemporalTlsProxy) => ({
        TEMPORAL_CONFIG_FILE: profileFile(tls, name, at),
        TEMPORAL_PROFILE: 'company',
      });
      const why = /TLS with 127\.0\.0\.1:\d+ fails: check TEMPORAL_TLS_\* \(or the profile's tls\)/;
      const [worker, ...checks] = await Promise.all([
        runRosterline(['worker'], elsewhere(company(trusted, 'worker'))),
        ...[trusted, ours, misnamed, outdated].map(async (tls, index) => await check(company(tls, `check-${index}`))),
        check(company({ ...trusted, ...ours }, 'expired', expired)),
      ]);
      for (const { code, stdout } of checks) {
        expect(code).toBe(1);
        expect(/^FAIL Temporal server +(.*)$/m.exec(stdout)?.[1]).toMatch(why);
      }
      expect(checks.at(-1)?.stdout).toContain('certificate has expired');
      expect(worker.code).toBe(1);
      expect(worker.stderr).toMatch(why);
    },
    5 * MINUTES,
  );
});

describe('a Temporal server that wants an API key', () => {
  it(
    'gets it with every call of worker and commands, from a file that nothing prints',
    async () => {
      const keyFile = join(rig.directory, 'temporal.key');
      writeFileSync(keyFile, `${API_KEY}\n`, { mode: 0o600 });
      const settings = {
        TEMPORAL_ADDRESS: cloud.address,
        TEMPORAL_NAMESPACE: rig.namespace,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
      };
      await rig.startWorker([], elsewhere({ ...settings, TEMPORAL_API_KEY_FILE: keyFile }));
      const { code, stdout, stderr } = await check({ ...settings, TEMPORAL_API_KEY_FILE: keyFile });
      expect(stdout).toMatch(/^ok +worker: workflows/m);
      expect(code).toBe(0);
      expect([...cloud.authorizations]).toEqual([`Bearer ${API_KEY}`]);

      const wrong = await check({ ...settings, TEMPORAL_API_KEY: `${API_KEY}-old` });
      expect(wrong.code).toBe(1);
      expect(wrong.stdout).toContain(`the server at ${cloud.address} refuses this client: check TEMPORAL_API_KEY`);
      for (const text of [stdout, stderr, wrong.stdout, wrong.stderr]) expect(text).not.toContain(API_KEY);
    },
    5 * MINUTES,
  );
});
