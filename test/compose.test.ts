import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { oauthClients, simulatorSettings } from '../src/simulator/simulatorOptions.js';
import { devServerArguments } from '../src/temporal/devServer.js';

interface Service {
  readonly image: string;
  readonly command: string;
  readonly network_mode?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
}

const TEXT = readFileSync(fileURLToPath(new URL('../docker-compose.yml', import.meta.url)), 'utf8');
const COMPOSE = read(TEXT) as { services: Record<'temporal' | 'simulator' | 'worker', Service> };

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

  it('pins the images that are not built here', () => {
    expect(COMPOSE.services.temporal.image).toMatch(/^temporalio\/temporal:\d+\.\d+\.\d+$/);
    expect(TEXT).toMatch(/FROM node:\d+-\w+-slim\\n/);
  });

  it('sets its Temporal server up as the embedded one', () => {
    const wanted = devServerArguments({ ip: '0.0.0.0', port: 7233, uiPort: 8233 }).filter((argument) =>
      argument.startsWith('matching.'),
    );
    const command = COMPOSE.services.temporal.command.split(' ');
    expect(command.filter((argument) => argument.startsWith('matching.'))).toEqual(wanted);
  });

  it("knows the simulator's credentials", () => {
    const seed = Number(/--seed (\d+)/.exec(COMPOSE.services.simulator.command)?.[1]);
    const [client] = oauthClients(simulatorSettings({ seed }));
    const { GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: clientSecret } =
      COMPOSE.services.worker.environment ?? {};
    expect({ clientId, clientSecret }).toEqual(client);
  });

  it('lets the worker reach simulator and server on loopback, and nobody else from outside', () => {
    const { temporal, simulator, worker } = COMPOSE.services;
    expect([simulator.network_mode, worker.network_mode]).toEqual(['service:temporal', 'service:temporal']);
    for (const port of temporal.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(worker.environment?.['GENESYS_API_URL']).toBe(
      `http://127.0.0.1:${/--port (\d+)/.exec(simulator.command)?.[1]}`,
    );
  });
});

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
