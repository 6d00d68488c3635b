import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeLocation } from '../../src/config/describeLocation.js';
import { type Config, loadConfig } from '../../src/config/loadConfig.js';

const PASSWORD = 'p@ss/word-that-nobody-sees';
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rosterline-storage-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function warehouseOf(url: string, env: NodeJS.ProcessEnv = {}): Config['warehouse'] {
  return loadConfig({ ROSTERLINE_DATA: directory, WAREHOUSE_URL: url, ...env }, directory).warehouse;
}

function objectsOf(url: string, env: NodeJS.ProcessEnv = {}): Config['objects'] {
  return loadConfig({ ROSTERLINE_DATA: directory, OBJECTS_URL: url, ...env }, directory).objects;
}

function refusal(configure: () => unknown): string {
  try {
    configure();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'not refused';
}

function secretFile(name: string, content: string): string {
  const file = path.join(directory, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

describe('a warehouse in Postgres', () => {
  it('is named by one URL, with the schema and how it is encrypted', () => {
    const authorities = secretFile('authorities.pem', 'certificates');
    expect(
      warehouseOf(
        `postgres://wfm%40corp@db.example.com:6432/dwh?schema=wfm&sslmode=verify-full&sslrootcert=${authorities}`,
        { WAREHOUSE_PASSWORD: PASSWORD },
      ),
    ).toEqual({
      kind: 'postgres',
      host: 'db.example.com',
      port: 6432,
      database: 'dwh',
      user: 'wfm@corp',
      password: PASSWORD,
      tls: 'verify-full',
      tlsCaFile: authorities,
      schema: 'wfm',
      memory: '256MB',
    });
  });

  it('is asked for by a certificate that is checked, unless it is on this machine or something else is set', () => {
    const of = (url: string) => warehouseOf(url);
    expect(of('postgresql://wfm@db.example.com/dwh')).toMatchObject({
      port: 5432,
      schema: 'rosterline',
      tls: 'verify-full',
    });
    expect(of('postgres://wfm@db.example.com/dwh?sslmode=require')).toMatchObject({ tls: 'require', tlsCaFile: null });
    expect(of('postgres://wfm@127.0.0.1/dwh')).toMatchObject({ tls: 'disable', password: null });
    expect(of('postgres://wfm@[::1]:5433/dwh')).toMatchObject({ host: '::1', tls: 'disable' });
    expect(of('postgres://wfm@warehouse/dwh')).toMatchObject({ tls: 'verify-full' });
    for (const near of ['warehouse', '10.1.2.3', '172.20.0.4', '192.168.1.9', 'db.corp.internal', '[fd00::7]'])
      expect(of(`postgres://wfm@${near}/dwh?sslmode=disable`)).toMatchObject({ tls: 'disable' });
    for (const far of ['db.example.com', '172.32.0.4', '8.8.8.8', '[2001:db8::7]'])
      expect(refusal(() => of(`postgres://wfm@${far}/dwh?sslmode=disable`))).toMatch(
        /^InvalidInput: .*WAREHOUSE_URL.*sslmode=disable only to this machine or a private network/,
      );
  });

  it('takes the password from a variable, a file or the URL of the environment, in this order', () => {
    const file = secretFile('password', `${PASSWORD}\n`);
    const url = 'postgres://wfm:from%2Furl@127.0.0.1/dwh';
    expect(warehouseOf(url)).toMatchObject({ password: 'from/url' });
    expect(warehouseOf(url, { WAREHOUSE_PASSWORD_FILE: file })).toMatchObject({ password: PASSWORD });
    const both = { WAREHOUSE_PASSWORD: 'from-variable', WAREHOUSE_PASSWORD_FILE: file };
    expect(warehouseOf(url, both)).toMatchObject({ password: 'from-variable' });
  });

  it('names a password file that cannot be read, or is empty, when the password is needed and not before', () => {
    const url = 'postgres://wfm@127.0.0.1/dwh';
    const gone = loadConfig({ WAREHOUSE_URL: url, WAREHOUSE_PASSWORD_FILE: 'gone' }, directory);
    expect(refusal(() => ({ ...gone.warehouse }))).toBe(
      'InvalidInput: WAREHOUSE_PASSWORD_FILE: cannot read gone (ENOENT)',
    );
    const empty = loadConfig({ WAREHOUSE_URL: url, WAREHOUSE_PASSWORD_FILE: secretFile('empty', '\n') }, directory);
    expect(refusal(() => ({ ...empty.warehouse }))).toContain('is empty');
  });

  it('is refused with the setting and the reason, and never with the password', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      [`postgres://wfm:${PASSWORD}@db/dwh`, /not a URL|names no database/],
      ['postgres://wfm:secret-1@db:port/dwh', /not a URL such as postgres:/],
      ['postgres://wfm:secret-1@db/dwh?colour=blue', /unknown key colour; known: schema, sslmode, sslrootcert/],
      ['postgres://wfm:secret-1@db/dwh?password=secret-1', /unknown key password/],
      ['postgres://wfm:secret-1@db/dwh?schema=a&schema=b', /schema is given twice/],
      ['postgres://wfm:secret-1@db/dwh?schema=', /schema is empty/],
      ['postgres://wfm:secret-1@db/dwh?schema=Fact%22s', /schema is not a name/],
      ['postgres://wfm:secret-1@db/dwh?schema=pg_catalog', /schema is not a name/],
      ['postgres://wfm:secret-1@db/dwh?sslmode=prefer', /sslmode is one of disable, require, verify-full/],
      [
        'postgres://wfm:secret-1@db/dwh?sslmode=require&sslrootcert=ca.pem',
        /sslrootcert is looked at with sslmode=verify-full/,
      ],
      ['postgres://wfm:secret-1@db/dwh?sslrootcert=gone.pem', /sslrootcert: there is no file .*gone\.pem/],
      ['postgres://wfm:secret-1@db', /names no database/],
      ['postgres://db/dwh', /names no user/],
      ['postgres:///dwh', /names no host|not a URL/],
      ['postgres://wfm:secret-1%@db/dwh', /the password has a "%"/],
      ['mysql://wfm:secret-1@db/dwh', /warehouse\.url: not duckdb:PATH or postgres:/],
    ];
    for (const [url, why] of wrong) {
      const told = refusal(() => warehouseOf(url));
      expect(told).toMatch(why);
      expect(told).toMatch(/^InvalidInput: configuration: warehouse\.url/);
      expect(told).not.toMatch(/secret-1|that-nobody-sees/);
    }
    expect(refusal(() => loadConfig({ WAREHOUSE_PASSWORD: PASSWORD }, directory))).toMatch(/a DuckDB file has none/);
  });

  it('may stand in the settings’ file, but no password may', () => {
    const file = secretFile('rosterline.yaml', 'warehouse:\n  url: postgres://wfm@127.0.0.1/dwh\n  passwordFile: pw\n');
    secretFile('pw', PASSWORD);
    expect(loadConfig({ ROSTERLINE_CONFIG: file }, directory).warehouse).toMatchObject({ password: PASSWORD });
    const refused = [
      [
        `warehouse:\n  url: postgres://wfm:${encodeURIComponent(PASSWORD)}@127.0.0.1/dwh\n`,
        /warehouse\.url: has a password/,
      ],
      [
        `warehouse:\n  password: ${PASSWORD}\n`,
        /warehouse\.password: secrets are not read from here; use passwordFile/,
      ],
      [`objects:\n  secretAccessKey: ${PASSWORD}\n`, /objects\.secretAccessKey: .*use secretAccessKeyFile/],
      [`signing:\n  key: ${PASSWORD}\n`, /signing\.key: .*use keyFile/],
    ] as const;
    for (const [content, why] of refused) {
      const told = refusal(() => loadConfig({ ROSTERLINE_CONFIG: secretFile('refused.yaml', content) }, directory));
      expect(told).toMatch(why);
      expect(told).not.toContain('nobody-sees');
    }
  });
});

describe('objects in a bucket', () => {
  it('are named by one URL, with where the store is', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: PASSWORD };
    expect(
      objectsOf('s3://wfm-archive/acme/rosterline/?endpoint=http://127.0.0.1:7480&region=eu-central-1', keys),
    ).toEqual({
      kind: 's3',
      bucket: 'wfm-archive',
      prefix: 'acme/rosterline',
      endpoint: 'http://127.0.0.1:7480',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'an-id', secretAccessKey: PASSWORD },
      retention: null,
      spoolDirectory: path.join(directory, 'spool'),
      tlsCaFile: null,
    });
    expect(objectsOf('s3://wfm-archive?region=eu-central-1')).toMatchObject({
      prefix: '',
      endpoint: null,
      credentials: null,
    });
    expect(objectsOf('s3://wfm-archive', { AWS_REGION: 'eu-west-2' })).toMatchObject({ region: 'eu-west-2' });
  });

  it('take their keys from files, with a session’s token where there is one', () => {
    const env = {
      AWS_ACCESS_KEY_ID_FILE: secretFile('key-id', 'an-id\n'),
      AWS_SECRET_ACCESS_KEY_FILE: secretFile('key', `${PASSWORD}\n`),
    };
    const url = 's3://wfm-archive?region=eu-central-1';
    expect(objectsOf(url, env)).toMatchObject({ credentials: { accessKeyId: 'an-id', secretAccessKey: PASSWORD } });
    expect(objectsOf(url, { ...env, AWS_SESSION_TOKEN: 'a-token' })).toMatchObject({
      credentials: { accessKeyId: 'an-id', sessionToken: 'a-token' },
    });
    expect(refusal(() => ({ ...objectsOf(url, { AWS_ACCESS_KEY_ID: 'an-id' }) }))).toMatch(
      /AWS_SECRET_ACCESS_KEY \(or its \*_FILE\) is not set, and the other is/,
    );
  });

  it('are asked for with the authorities that AWS’s own tools take', () => {
    const env = { AWS_CA_BUNDLE: 'authorities.pem' };
    expect(objectsOf('s3://wfm-archive?endpoint=https://store.example.com', env)).toMatchObject({
      tlsCaFile: path.join(directory, 'authorities.pem'),
    });
  });

  it('are kept for as long as is set, in the mode that is set', () => {
    const url = 's3://wfm-archive?region=eu-central-1';
    const of = (days: string, mode?: string) =>
      objectsOf(url, { OBJECTS_RETENTION_DAYS: days, ...(mode === undefined ? {} : { OBJECTS_RETENTION_MODE: mode }) });
    expect(of('30')).toMatchObject({ retention: { mode: 'GOVERNANCE', days: 30 } });
    expect(of('3650', 'compliance')).toMatchObject({ retention: { mode: 'COMPLIANCE', days: 3650 } });
    expect(objectsOf('file:objects', { OBJECTS_RETENTION_DAYS: '7' })).toMatchObject({ retentionDays: 7 });
    expect(refusal(() => of('0', 'compliance'))).toMatch(/needs OBJECTS_RETENTION_DAYS/);
    expect(refusal(() => of('many'))).toMatch(/objects\.retentionDays: not a number of days/);
    expect(refusal(() => of('1', 'legal'))).toMatch(/objects\.retentionMode: not governance or compliance/);
    expect(
      refusal(() => objectsOf('file:objects', { OBJECTS_RETENTION_DAYS: '7', OBJECTS_RETENTION_MODE: 'governance' })),
    ).toMatch(/is Object Lock’s/);
  });

  it('are refused with the setting and the reason', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['s3://Bucket?region=eu-central-1', /names no bucket/],
      ['s3://ab?region=eu-central-1', /names no bucket/],
      ['s3://wfm-archive', /names no region, and AWS_REGION is not set/],
      ['s3://wfm-archive?region=EU', /region is not a name/],
      ['s3://wfm-archive?region=eu-central-1&acl=public', /unknown key acl; known: endpoint, region/],
      ['s3://key:secret-1@wfm-archive?region=eu-central-1', /keys do not belong into it/],
      ['s3://wfm-archive:9000?region=eu-central-1', /a port belongs to the endpoint/],
      ['s3://wfm-archive/..%2Fup/x?region=eu-central-1', /the prefix has letters/],
      ['s3://wfm-archive?endpoint=http://store.example.com', /plain http to store\.example\.com: only to this machine/],
      ['s3://wfm-archive?endpoint=ftp://127.0.0.1', /endpoint is an origin/],
      ['s3://wfm-archive?endpoint=https://store.example.com/path', /endpoint is an origin/],
      ['s3://wfm-archive?endpoint=https://a:secret-1@store.example.com', /endpoint has a user or password/],
      ['s3://wfm-archive?endpoint=here', /endpoint is not a URL/],
      ['gs://wfm-archive', /objects\.url: not file:PATH or s3:/],
    ];
    for (const [url, why] of wrong) {
      const told = refusal(() => objectsOf(url));
      expect(told).toMatch(why);
      expect(told).toMatch(/^InvalidInput: configuration: objects\.url/);
      expect(told).not.toContain('secret-1');
    }
  });
});

describe('what is told of a place', () => {
  it('has everything that finds it, and no secret', () => {
    const warehouse = warehouseOf(`postgres://wfm:${encodeURIComponent(PASSWORD)}@127.0.0.1/dwh?schema=facts`);
    expect(describeLocation(warehouse)).toBe('postgres://127.0.0.1:5432/dwh?schema=facts');
    const keys = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: PASSWORD };
    const objects = objectsOf('s3://wfm-archive/acme?endpoint=https://store.example.com', keys);
    expect(describeLocation(objects)).toBe('s3://wfm-archive/acme at store.example.com');
    expect(describeLocation(warehouseOf('duckdb:wfm.duckdb'))).toBe(path.join(directory, 'wfm.duckdb'));
    expect(describeLocation(objectsOf('file:landed'))).toBe(path.join(directory, 'landed'));
  });

  it('says nothing of the signing key, which is read when something is signed', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    expect(loadConfig({}, directory).signingKey()).toBeNull();
    expect(loadConfig({ ROSTERLINE_SIGNING_KEY: pem.replaceAll('\n', '\\n') }, directory).signingKey()).toBe(pem);
    const file = secretFile('signing.pem', `${pem}\n`);
    expect(loadConfig({ ROSTERLINE_SIGNING_KEY_FILE: file }, directory).signingKey()).toBe(pem);
    for (const [mode, isRefused] of [
      [0o640, false],
      [0o644, true],
    ] as const) {
      chmodSync(file, mode);
      const told = (): unknown => loadConfig({ ROSTERLINE_SIGNING_KEY_FILE: file }, directory).signingKey();
      if (isRefused) expect(refusal(told)).toMatch(/everybody on this machine can read .* \(mode 644\).*chmod 600/);
      else expect(told()).toBe(pem);
    }
    const gone = loadConfig({ ROSTERLINE_SIGNING_KEY_FILE: 'gone.pem' }, directory);
    expect(refusal(() => gone.signingKey())).toContain('ROSTERLINE_SIGNING_KEY_FILE: cannot read gone.pem');
  });
});
