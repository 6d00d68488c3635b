import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/loadConfig.js';
import { oauthClients, simulatorSettings } from '../src/simulator/simulatorOptions.js';
import { devServerArguments } from '../src/temporal/devServer.js';
import { DRAIN } from '../src/temporal/drain.js';
import { textOf } from './support/projectFiles.js';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly user?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly network_mode?: string;
  readonly restart: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TEXT = textOf('docker-compose.yml');
const COMPOSE = read(TEXT) as {
  services: Readonly<Record<string, Service>>;
  secrets: Readonly<Record<string, { file: string }>>;
};
const SERVICES = Object.entries(COMPOSE.services);
const JOBS = ['temporal-schema', 'temporal-namespace', 'objects-bucket'];
const WORKERS = ['worker-1', 'worker-2'];
const DOCKERFILE = textOf('Dockerfile');
const STAGES = new Map(DOCKERFILE.split(/^(?=FROM )/m).map((text) => [/ AS (\w+)/.exec(text)?.[1] ?? '', text]));

describe('docker-compose.yml', () => {
  const validate = composeSpecification();

  it('fits the Compose Specification', () => {
    validate(COMPOSE);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('would be refused with a key that the specification does not know', () => {
    expect(validate(read(TEXT.replace('network_mode:', 'network_moed:')))).toBe(false);
    expect(validate(read(TEXT.replace('ports: [', 'ports: [true, ')))).toBe(false);
  });

  it('has the services of production, with jobs for schema, namespace and bucket, and the simulator under a profile', () => {
    const names = (profile: boolean) => SERVICES.filter(([, { profiles }]) => (profiles !== undefined) === profile);
    expect(names(false).map(([name]) => name)).toEqual([
      ...['temporal-db', 'temporal-schema', 'temporal', 'temporal-namespace', 'temporal-ui'],
      ...['warehouse', 'objects', 'objects-bucket', ...WORKERS],
    ]);
    expect(names(true).map(([name]) => name)).toEqual(['simulator', 'simulated-worker-1', 'simulated-worker-2']);
    for (const [, { profiles }] of names(true)) expect(profiles).toEqual(['simulator']);
  });

  it('pins every image, of one release where they belong together, and takes none that sets itself up', () => {
    for (const [name, { image }] of SERVICES) expect(`${name} ${image}`).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
    const { 'temporal-schema': schema, temporal, 'temporal-namespace': namespace } = COMPOSE.services;
    const release = temporal?.image.replace('temporalio/server:', '');
    expect([schema?.image, namespace?.image]).toEqual(Array(2).fill(`temporalio/admin-tools:${release}`));
    expect(TEXT).not.toContain('auto-setup');
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    for (const [, { image, build }] of SERVICES) {
      if (build) expect([`rosterline:${version}`, `rosterline-objects:${version}`]).toContain(image);
    }
  });

  it('runs nothing as root, with nothing that a program could change or gain', () => {
    for (const [name, service] of SERVICES) {
      const user = service.user ?? /^USER (.+)$/m.exec(STAGES.get(service.build?.target ?? '') ?? '')?.[1];
      expect(`${name}: ${user}`).toMatch(/: (node|[1-9]\d*:[1-9]\d*)$/);
      expect([name, service.read_only, service.cap_drop, service.security_opt]).toEqual([
        name,
        true,
        ['ALL'],
        ['no-new-privileges:true'],
      ]);
    }
  });

  it('listens on this host alone', () => {
    const ports = SERVICES.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(COMPOSE.services['temporal-db']?.ports).toBeUndefined();
  });

  it('starts each service when what it needs is healthy, or has ended well', () => {
    for (const [name, { depends_on: needs = {} }] of SERVICES)
      for (const [needed, { condition }] of Object.entries(needs)) {
        const isJob = JOBS.includes(needed);
        expect(`${name} ${needed} ${condition}`).toBe(
          `${name} ${needed} ${isJob ? 'service_completed_successfully' : 'service_healthy'}`,
        );
        if (!isJob) expect(COMPOSE.services[needed]?.healthcheck?.test[0]).toBe('CMD');
      }
    for (const name of [...WORKERS, 'simulated-worker-1', 'simulated-worker-2'])
      expect(Object.keys(COMPOSE.services[name]?.depends_on ?? {})).toEqual(
        expect.arrayContaining(['temporal', 'temporal-namespace', 'warehouse', 'objects', 'objects-bucket']),
      );
  });

  it('starts again what fails, and a job only so often', () => {
    for (const [name, { restart }] of SERVICES)
      expect(`${name} ${restart}`).toBe(`${name} ${JOBS.includes(name) ? 'on-failure:10' : 'unless-stopped'}`);
  });

  it('waits longer for a worker than the worker takes to end', () => {
    for (const [name, service] of SERVICES.filter(([key]) => key.includes('worker')))
      expect([name, Number.parseInt(service.stop_grace_period ?? '', 10) * 1000 > DRAIN.exitMs]).toEqual([name, true]);
  });

  it('has no secrets in it: each is a file that neither the repository nor an image takes', () => {
    for (const [name, { environment = {}, secrets = [] }] of SERVICES)
      for (const [variable, value] of Object.entries(environment)) {
        expect(value).not.toMatch(/:\/\/[^/@]*:[^/@]*@/);
        if (!/PASSWORD|SECRET|TOKEN|_KEY|_PWD/.test(variable)) continue;
        expect(`${name} ${variable}=${value}`).toMatch(/_FILE=\/run\/secrets\/\w+$/);
        expect(secrets).toContain(value.replace('/run/secrets/', ''));
      }
    for (const { file } of Object.values(COMPOSE.secrets)) {
      expect(file).toMatch(/^deploy\/secrets\//);
      expect(() => execFileSync('git', ['check-ignore', '-q', file], { cwd: ROOT })).not.toThrow();
    }
    expect(textOf('.dockerignore')).toMatch(/^\*$/m);
    expect(textOf('.dockerignore')).not.toContain('!deploy');
    const named = new Set(SERVICES.flatMap(([, { secrets = [] }]) => secrets));
    expect(Object.keys(COMPOSE.secrets).sort()).toEqual([...named].sort());
    const made = [...textOf('deploy/make-secrets').matchAll(/^make (\w+)/gm)].map(([, name]) => name);
    expect([...made, 'genesys_client_secret'].sort()).toEqual([...named].sort());
  });

  it('gives both workers the same settings, which are right, and storage of their own but for the spool', () => {
    const [one, other] = WORKERS.map((name) => COMPOSE.services[name]);
    expect(other).toEqual({ ...one, volumes: ['worker-2:/data', 'spool:/data/spool'] });
    const config = configOf(one?.environment ?? {}, textOf('deploy/production.env.example'));
    expect(config.warehouse).toMatchObject({ kind: 'postgres', host: 'warehouse', user: 'rosterline' });
    expect(config.objects).toMatchObject({ kind: 's3', bucket: 'rosterline', endpoint: 'http://objects:7070' });
    expect([config.metrics?.port, config.health?.port]).toEqual([9464, 9466]);
    expect(one?.healthcheck?.test.join(' ')).toContain(`127.0.0.1:${config.health?.port}/readyz`);
    expect(one?.environment?.['TEMPORAL_NAMESPACE']).toBe(
      COMPOSE.services['temporal-namespace']?.environment?.['TEMPORAL_NAMESPACE'],
    );
  });

  it('keeps the simulated organisation apart, on loopback, with what the simulator of that seed knows', () => {
    const { simulator, 'simulated-worker-1': one, 'simulated-worker-2': other } = COMPOSE.services;
    const simulated = parseEnv(textOf('deploy/simulator.env'));
    for (const worker of [one, other]) {
      expect([worker?.network_mode, worker?.env_file]).toEqual(['service:simulator', ['deploy/simulator.env']]);
      const config = configOf(worker?.environment ?? {}, textOf('deploy/simulator.env'));
      expect(config.warehouse).toMatchObject({ schema: 'simulated' });
      expect(config.objects).toMatchObject({ prefix: 'simulated' });
      expect(config.taskQueue).toBe('simulated');
      expect(worker?.healthcheck?.test.join(' ')).toContain(`127.0.0.1:${config.health?.port}/readyz`);
    }
    for (const port of ['ROSTERLINE_METRICS_PORT', 'ROSTERLINE_HEALTH_PORT'])
      expect(one?.environment?.[port]).not.toBe(other?.environment?.[port]);
    const [, , port, , seed] = simulator?.command ?? [];
    expect(simulated['GENESYS_API_URL']).toBe(`http://127.0.0.1:${port}`);
    const [client] = oauthClients(simulatorSettings({ seed: Number(seed) }));
    expect({ clientId: simulated['GENESYS_CLIENT_ID'], clientSecret: simulated['GENESYS_CLIENT_SECRET'] }).toEqual(
      client,
    );
  });

  it('sets its Temporal server up as the embedded one', () => {
    const wanted = devServerArguments({ ip: '0.0.0.0', port: 7233, uiPort: 8233 })
      .filter((argument) => /^(matching|history)\./.test(argument))
      .sort();
    const dynamic = parse(textOf('deploy/temporal-dynamic.yaml')) as Record<string, { value: unknown }[]>;
    const set = Object.entries(dynamic).map(([key, values]) => `${key}=${values.map(({ value }) => value).join()}`);
    expect(set.sort()).toEqual(wanted);
    const { environment, volumes } = COMPOSE.services['temporal'] ?? {};
    expect(volumes).toContain(`./deploy/temporal-dynamic.yaml:${environment?.['DYNAMIC_CONFIG_FILE_PATH']}:ro`);
  });

  it('mounts scripts that are there and that a shell can read', () => {
    const mounted = SERVICES.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('./')));
    for (const [file = ''] of mounted.map((volume) => volume.split(':'))) {
      expect(`${file} ${existsSync(join(ROOT, file))}`).toBe(`${file} true`);
      if (file.endsWith('.sh')) execFileSync('sh', ['-n', join(ROOT, file)]);
    }
    execFileSync('sh', ['-n', join(ROOT, 'deploy/make-secrets')]);
    expect(mounted.length).toBe(5);
  });
});

describe('Dockerfile', () => {
  it('builds in a stage of its own, from pinned images, and leaves what builds behind', () => {
    const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toHaveLength(3);
    for (const base of bases) expect(base).toMatch(/:v?\d+\.\d+\.\d+(-[\w-]+)?$/);
    expect(STAGES.get('build')).toContain('npm prune --omit=dev');
    expect(STAGES.get('rosterline')).toMatch(/^COPY --from=build /m);
  });

  it('runs on a Node that the package takes', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const [, major, minor] = /FROM node:(\d+)\.(\d+)\./.exec(DOCKERFILE) ?? [];
    const [, least, leastMinor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? [];
    expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(Number(least) * 1000 + Number(leastMinor));
  });

  it('ends with its process: a signal reaches it, because no shell stands before it', () => {
    expect(STAGES.get('rosterline')).toContain('ENTRYPOINT ["bin/rosterline"]');
  });

  it('copies only what .dockerignore lets in, and nothing that is kept from the repository', () => {
    const letIn = [...textOf('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    expect([...new Set(copied)].sort()).toEqual(letIn.sort());
    for (const path of copied) expect(`${path} ${existsSync(join(ROOT, path))}`).toBe(`${path} true`);
  });
});

/** The configuration of a container's environment, with each `*_FILE` a file that is there. */
function configOf(environment: Readonly<Record<string, string>>, envFile: string) {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-compose-'));
  try {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'not-a-secret');
    const files = Object.keys(environment).filter((name) => name.endsWith('_FILE'));
    const env = { ...parseEnv(envFile), ...environment, ...Object.fromEntries(files.map((name) => [name, secret])) };
    const config = loadConfig({ ...env, ROSTERLINE_DATA: directory }, directory);
    if (config.warehouse.kind === 'postgres') expect(config.warehouse.password).toBe('not-a-secret');
    if (config.objects.kind === 's3') expect(config.objects.credentials?.secretAccessKey).toBe('not-a-secret');
    return config;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** YAML as Compose reads it: with merge keys. */
function read(text: string): unknown {
  return parse(text, { merge: true });
}

/** The specification's JSON schema, as the linter `dclint` brings it. Its `$schema` is a spelling of draft 7 that ajv does not know. */
function composeSpecification(): ValidateFunction {
  const dclint = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const { $schema, ...schema } = JSON.parse(readFileSync(join(dclint, 'schemas/compose.schema.json'), 'utf8')) as {
    $schema: string;
  };
  expect($schema).toContain('draft-07');
  return new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
}
