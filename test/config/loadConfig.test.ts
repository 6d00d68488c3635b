import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/loadConfig.js';

const CLIENT = { GENESYS_CLIENT_ID: 'an-id', GENESYS_CLIENT_SECRET: 'a-secret' };
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rosterline-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the configuration', () => {
  it('needs nothing but the organisation: everything else has a place under ./.rosterline', () => {
    const config = loadConfig({}, '/srv/wfm');

    expect(config.dataDirectory).toBe('/srv/wfm/.rosterline');
    expect(config.warehouse).toEqual({
      kind: 'duckdb',
      path: '/srv/wfm/.rosterline/warehouse.duckdb',
      memory: '256MB',
    });
    expect(config.objects).toEqual({ kind: 'file', directory: '/srv/wfm/.rosterline/objects', retentionDays: 0 });
    expect(config.taskQueue).toBe('rosterline');
  });

  it('keeps a fifth of the calls from exports, or the share that is set, or none', () => {
    expect(loadConfig({}, directory).budget.backfillReserve).toBe(0.2);
    for (const [set, share] of [
      ['0', 0],
      ['0.35', 0.35],
      ['.5', 0.5],
    ] as const)
      expect(loadConfig({ ROSTERLINE_BACKFILL_RESERVE: set }, directory).budget.backfillReserve).toBe(share);
    for (const set of ['1', '0.95', '-0.1', '20%', 'NaN', '1e-1'])
      expect(() => loadConfig({ ROSTERLINE_BACKFILL_RESERVE: set }, directory)).toThrow(/budget\.backfillReserve: not/);
  });

  it('has metrics on a port of this machine only where one is set, and names a port that is none', () => {
    expect(loadConfig({}, directory).metrics).toBeNull();
    expect(loadConfig({ ROSTERLINE_METRICS_PORT: '9464' }, directory).metrics).toEqual({
      host: '127.0.0.1',
      port: 9464,
    });
    const everywhere = { ROSTERLINE_METRICS_PORT: '9464', ROSTERLINE_METRICS_HOST: '::' };
    expect(loadConfig(everywhere, directory).metrics).toEqual({ host: '::', port: 9464 });
    for (const port of ['0', '65536', '94.64', 'http'])
      expect(() => loadConfig({ ROSTERLINE_METRICS_PORT: port }, directory)).toThrow(
        /telemetry\.metricsPort: not a port/,
      );
    expect(() => loadConfig({ ROSTERLINE_METRICS_HOST: 'somewhere' }, directory)).toThrow(
      /telemetry\.metricsHost: not an IP address/,
    );
  });

  it('knows the OAuth client by its id alone, without its secret', () => {
    expect(loadConfig({ GENESYS_CLIENT_ID: 'an-id' }, directory).clientId()).toBe('an-id');
    expect(() => loadConfig({}, directory).clientId()).toThrow(/not set: GENESYS_CLIENT_ID/);
  });

  it('finds a region, its login service and its download host', () => {
    const genesys = loadConfig({ ...CLIENT, GENESYS_REGION: 'apse1.pure.cloud' }, directory).genesys();

    expect(genesys).toEqual({
      apiUrl: 'https://api.apse1.pure.cloud',
      loginUrl: 'https://login.apse1.pure.cloud',
      clientId: 'an-id',
      clientSecret: 'a-secret',
      downloadHosts: ['api-downloads.apse1.pure.cloud'],
    });
  });

  it('names a region that does not exist, and those that do', () => {
    expect(() => loadConfig({ ...CLIENT, GENESYS_REGION: 'apse9.pure.cloud' }, directory).genesys()).toThrow(
      /GENESYS_REGION: apse9\.pure\.cloud is not a region host; one of mypurecloud\.com/,
    );
  });

  it('names every variable that is missing', () => {
    expect(() => loadConfig({}, directory).genesys()).toThrow(
      /GENESYS_REGION.*GENESYS_LOGIN_URL.*GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET/,
    );
  });

  it('takes URLs with a port and a path, and any loopback port for downloads when the API is on loopback', () => {
    const genesys = loadConfig(
      { ...CLIENT, GENESYS_API_URL: 'http://127.0.0.1:8080/org/', GENESYS_LOGIN_URL: 'http://127.0.0.1:8080/login' },
      directory,
    ).genesys();

    expect(genesys.apiUrl).toBe('http://127.0.0.1:8080/org');
    expect(genesys.downloadHosts).toEqual(['loopback:*']);
  });

  it('refuses to send a token in clear to another machine', () => {
    const env = {
      ...CLIENT,
      GENESYS_API_URL: 'http://api.example.com',
      GENESYS_LOGIN_URL: 'https://login.example.com',
    };

    expect(() => loadConfig(env, directory).genesys()).toThrow(/GENESYS_API_URL: plain http only to this machine/);
  });

  it('reads a secret from a file, and says which file it cannot read', () => {
    const file = path.join(directory, 'secret');
    writeFileSync(file, 'from-a-file\n', { mode: 0o600 });
    const env = { GENESYS_REGION: 'mypurecloud.ie', GENESYS_CLIENT_ID: 'an-id', GENESYS_CLIENT_SECRET_FILE: file };

    expect(loadConfig(env, directory).genesys().clientSecret).toBe('from-a-file');
    expect(() => loadConfig({ ...env, GENESYS_CLIENT_SECRET_FILE: 'gone' }, directory).genesys()).toThrow(
      /GENESYS_CLIENT_SECRET_FILE: cannot read gone/,
    );
  });

  it('lays the environment over the file', () => {
    const file = path.join(directory, 'rosterline.yaml');
    writeFileSync(
      file,
      'data: ./from-file\ntaskQueue: wfm\nwarehouse:\n  memory: 1GB\nexport:\n  provisionalDays: 21\n',
    );
    const config = loadConfig({ ROSTERLINE_CONFIG: file, ROSTERLINE_DATA: './from-env' }, directory);

    expect(config.dataDirectory).toBe(path.join(directory, 'from-env'));
    expect(config.taskQueue).toBe('wfm');
    expect(config.warehouse.memory).toBe('1GB');
    expect(config.export.provisionalDays).toBe(21);
  });

  it('refuses a secret in the file, and every unknown or wrong key with its path', () => {
    const file = path.join(directory, 'wrong.yaml');
    writeFileSync(file, 'genesys:\n  clientSecret: oops\n');
    expect(() => loadConfig({ ROSTERLINE_CONFIG: file }, directory)).toThrow(/use clientSecretFile/);

    writeFileSync(file, 'warehouse:\n  url: mysql://x\ncolour: blue\n');
    expect(() => loadConfig({ ROSTERLINE_CONFIG: file }, directory)).toThrow(/warehouse\.url: not duckdb:PATH.*colour/);
  });
});
