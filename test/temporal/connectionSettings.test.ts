import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionSettings } from '../../src/temporal/connectionSettings.js';

const KEY = 'a-key-that-nobody-sees';
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-temporal-settings-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function settings(env: Record<string, string>): ReturnType<typeof connectionSettings> {
  // Not the profile of whoever runs the test.
  return connectionSettings({ XDG_CONFIG_HOME: directory, ...env });
}

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

function refusal(env: Record<string, string>): string {
  try {
    settings(env);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'not refused';
}

describe('where the Temporal server is', () => {
  it('is this machine, unless variables or a profile say otherwise; the variables win', () => {
    expect(settings({})).toMatchObject({ connectionOptions: { address: '127.0.0.1:7233' }, namespace: 'default' });
    const profiles = file(
      'profiles.toml',
      `[profile.default]\naddress = "first:7233"\n[profile.cloud]\naddress = "acme.tmprl.cloud:7233"\nnamespace = "acme"\napi_key = "${KEY}"\n`,
    );
    expect(settings({ TEMPORAL_CONFIG_FILE: profiles })).toMatchObject({
      connectionOptions: { address: 'first:7233' },
    });
    const cloud = { TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'cloud' };
    expect(settings(cloud)).toMatchObject({
      connectionOptions: { address: 'acme.tmprl.cloud:7233', apiKey: KEY, tls: true },
      namespace: 'acme',
    });
    expect(settings({ ...cloud, TEMPORAL_NAMESPACE: 'other', TEMPORAL_API_KEY: 'another' })).toMatchObject({
      connectionOptions: { address: 'acme.tmprl.cloud:7233', apiKey: 'another' },
      namespace: 'other',
    });
  });

  it('takes variables that are set to nothing as not set, as compose files leave them', () => {
    const empty = {
      TEMPORAL_ADDRESS: '',
      TEMPORAL_NAMESPACE: '',
      TEMPORAL_API_KEY: '',
      TEMPORAL_TLS: '',
      TEMPORAL_PROFILE: '',
    };
    expect(settings(empty)).toMatchObject({ connectionOptions: { address: '127.0.0.1:7233' }, namespace: 'default' });
    expect(settings(empty).connectionOptions.tls).toBeUndefined();
  });

  it('reads the API key from a file', () => {
    const key = file('key', `${KEY}\n`);
    expect(settings({ TEMPORAL_ADDRESS: 'acme.tmprl.cloud:7233', TEMPORAL_API_KEY_FILE: key })).toMatchObject({
      connectionOptions: { apiKey: KEY, tls: true },
    });
    expect(refusal({ TEMPORAL_API_KEY_FILE: '/gone/key' })).toBe(
      'InvalidInput: TEMPORAL_API_KEY_FILE: cannot read /gone/key (ENOENT)',
    );
  });

  it('names the file, profile or variable that is wrong, and quotes nothing of what may hold a key', () => {
    const profiles = file('one.toml', '[profile.default]\naddress = "first:7233"\n');
    expect(refusal({ TEMPORAL_CONFIG_FILE: '/gone/temporal.toml' })).toMatch(
      /cannot read \/gone\/temporal\.toml \(ENOENT\)/,
    );
    expect(refusal({ TEMPORAL_CONFIG_FILE: profiles, TEMPORAL_PROFILE: 'cloud' })).toMatch(
      /one\.toml\): there is no profile cloud in it \(TEMPORAL_PROFILE\)/,
    );
    const broken = refusal({ TEMPORAL_CONFIG_FILE: file('broken.toml', `[profile.default]\napi_key = "${KEY}\n`) });
    expect(broken).toMatch(/broken\.toml\): Invalid TOML document/);
    expect(broken).not.toContain('nobody-sees');
    const certificate = { TEMPORAL_TLS_CLIENT_CERT_PATH: '/gone/client.pem' };
    expect(refusal(certificate)).toMatch(/needs its key: set both TEMPORAL_TLS_CLIENT_CERT_PATH and/);
    expect(refusal({ ...certificate, TEMPORAL_TLS_CLIENT_KEY_PATH: '/gone/client.key' })).toMatch(
      /cannot read \/gone\/client\.pem \(ENOENT\)/,
    );
    expect(refusal({ TEMPORAL_TLS: 'yes' })).toMatch(/TEMPORAL_TLS: not true or false/);
    expect(refusal({ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' })).toMatch(/hosts are always verified/);
    for (const told of [broken]) expect(told).toMatch(/^InvalidInput: /);
  });

  it('sends no API key in clear to another machine', () => {
    const clear = { TEMPORAL_API_KEY: KEY, TEMPORAL_TLS: 'false' };
    expect(refusal({ ...clear, TEMPORAL_ADDRESS: 'acme.tmprl.cloud:7233' })).toMatch(/would travel in clear to acme/);
    expect(settings({ ...clear, TEMPORAL_ADDRESS: '127.0.0.1:7233' })).toMatchObject({
      connectionOptions: { tls: false },
    });
  });
});
