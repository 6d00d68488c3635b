import { describe, expect, it } from '@jest/globals';
import { cruiseFiles, cruiseProject, importRules } from './support/cruise.js';
import { filesUnder, textOf } from './support/projectFiles.js';

const LONGEST_FILE_LINES = 300;

/** For each rule an import that it must refuse: file, and what stands in it. A rule without one here fails a test. */
const REFUSED: Readonly<Record<string, readonly [string, string]>> = {
  'domain-is-pure': ['src/domain/clock.ts', "import { readFileSync } from 'node:fs'; export const a = readFileSync;"],
  'workflows-only-decide': [
    'workflows/disk.ts',
    "import { open } from '../src/objects/store.js'; export const a = open;",
  ],
  'workflows-only-decide-types': [
    'workflows/call.ts',
    "import { act } from '../activities/act.js'; export const a = act;",
  ],
  'activities-are-the-edge': [
    'activities/ask.ts',
    "import { simulate } from '../src/simulator/simulate.js'; export const a = simulate;",
  ],
  'datasets-know-no-temporal': [
    'src/datasets/wait.ts',
    "import { sleep } from '@temporalio/activity'; export const a = sleep;",
  ],
  'genesys-is-on-its-own': [
    'src/genesys/save.ts',
    "import { open } from '../objects/store.js'; export const a = open;",
  ],
  'genesys-is-on-its-own-types': [
    'src/genesys/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'objects-is-on-its-own': [
    'src/objects/ask.ts',
    "import { load } from '../warehouse/load.js'; export const a = load;",
  ],
  'objects-is-on-its-own-types': [
    'src/objects/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'warehouse-is-on-its-own': [
    'src/warehouse/beat.ts',
    "import { heartbeat } from '@temporalio/activity'; export const a = heartbeat;",
  ],
  'warehouse-is-on-its-own-types': [
    'src/warehouse/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'custody-is-on-its-own': [
    'src/custody/save.ts',
    "import { open } from '../objects/store.js'; export const a = open;",
  ],
  'custody-is-on-its-own-types': [
    'src/custody/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'publish-reads-any-warehouse': [
    'src/publish/open.ts',
    "import { file } from '../warehouse/duckdb/file.js'; export const a = file;",
  ],
  'publish-reads-any-warehouse-types': [
    'src/publish/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'listener-is-on-its-own': [
    'src/listener/call.ts',
    "import { call } from '../genesys/call.js'; export const a = call;",
  ],
  'listener-is-on-its-own-types': [
    'src/listener/settings.ts',
    "import { load } from '../config/load.js'; export const a = load;",
  ],
  'simulator-shares-nothing': [
    'src/simulator/decode.ts',
    "import type { Call } from '../genesys/call.js'; export type A = Call;",
  ],
  'simulator-shares-nothing-types': [
    'src/simulator/days.ts',
    "import { day } from '../domain/day.js'; export const a = day;",
  ],
  'config-knows-no-temporal': [
    'src/config/connect.ts',
    "import { Client } from '@temporalio/client'; export const a = Client;",
  ],
  'telemetry-knows-nothing': [
    'src/telemetry/call.ts',
    "import { call } from '../genesys/call.js'; export const a = call;",
  ],
  'nobody-imports-the-command-line': [
    'src/temporal/say.ts',
    "import { say } from '../cli/say.js'; export const a = say;",
  ],
  'product-knows-no-tests': [
    'src/domain/sample.ts',
    "import { sample } from '../../test/sample.js'; export const a = sample;",
  ],
  'product-needs-no-development-package': [
    'src/temporal/check.ts',
    "import fc from 'fast-check'; export const a = fc;",
  ],
  'imports-resolve': ['src/domain/lost.ts', "import { gone } from './gone.js'; export const a = gone;"],
  'no-cycles': ['src/domain/left.ts', "import { right } from './right.js'; export const left = (): unknown => right;"],
};

/** What the files above import, and imports that are allowed and must stay so. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/domain/day.ts':
    "import { z } from 'zod'; import { Temporal } from 'temporal-polyfill'; import { sha256 } from '@noble/hashes/sha2.js'; export const day = [z, Temporal, sha256];",
  'src/domain/right.ts': "import { left } from './left.js'; export const right = (): unknown => left;",
  'workflows/run.ts':
    "import { sleep } from '@temporalio/workflow'; import type { act } from '../activities/act.js'; import { day } from '../src/domain/day.js'; export const a: [typeof act | null, unknown, unknown] = [null, sleep, day];",
  'activities/act.ts': "import { open } from '../src/objects/store.js'; export const act = open;",
  'src/objects/store.ts':
    "import { open as node } from 'node:fs'; import { day } from '../domain/day.js'; export const open = [node, day];",
  'src/warehouse/load.ts':
    "import type { load as settings } from '../config/load.js'; export const load: typeof settings | null = null;",
  'src/warehouse/duckdb/file.ts': "export const file = '';",
  'src/publish/write.ts':
    "import { open } from '../objects/store.js'; import { load } from '../warehouse/load.js'; export const a = [open, load];",
  'src/genesys/call.ts': "export type Call = string; export const call = '';",
  'src/config/load.ts': "import { parse } from 'yaml'; export const load = parse;",
  'src/simulator/simulate.ts': "import fastify from 'fastify'; export const simulate = fastify;",
  'src/cli/say.ts': "export const say = '';",
  'test/sample.ts': "export const sample = '';",
};

describe('who may import whom', () => {
  it('finds no forbidden import in the project', () => {
    const { modules, forbidden } = cruiseProject();
    expect(forbidden).toEqual([]);
    expect(modules).toBeGreaterThan(200);
  }, 120_000);

  it('has for every rule an import that the rule must refuse', () => {
    expect(Object.keys(REFUSED).sort()).toEqual(importRules().sort());
  });

  it('refuses each forbidden import by its rule, and allows the others', () => {
    const forbidden = cruiseFiles({ ...ALLOWED, ...Object.fromEntries(Object.values(REFUSED)) });
    for (const [rule, [from]] of Object.entries(REFUSED))
      expect(forbidden).toContainEqual(expect.objectContaining({ rule, from }));
    const refusedFiles = new Set(Object.values(REFUSED).map(([file]) => file));
    // Both ends of a cycle are reported.
    const unexpected = forbidden.filter(({ from }) => !refusedFiles.has(from) && from !== 'src/domain/right.ts');
    expect(unexpected).toEqual([]);
  }, 120_000);
});

describe('the shape of the sources', () => {
  const sources = ['src', 'workflows', 'activities'].flatMap((folder) => filesUnder(folder));

  it('has TypeScript modules with one ending only', () => {
    expect(sources.filter((file) => !file.endsWith('.ts') || file.endsWith('.d.ts'))).toEqual([]);
  });

  it('has no default export', () => {
    expect(sources.filter((file) => hasDefaultExport(textOf(file)))).toEqual([]);
    expect(hasDefaultExport('export default function run() {}')).toBe(true);
    expect(hasDefaultExport("export { run as default } from './run.js';")).toBe(true);
  });

  it(`has no file over ${LONGEST_FILE_LINES} lines`, () => {
    expect(sources.filter((file) => textOf(file).split('\n').length > LONGEST_FILE_LINES)).toEqual([]);
  });

  it('opens no DuckDB file by create, which may open it twice in one process and corrupt it', () => {
    const creates = (text: string): boolean => /\bDuckDBInstance\s*\.\s*create\s*\(/.test(text);
    expect(
      [...sources, ...filesUnder('test').filter((file) => file.endsWith('.ts'))].filter((file) =>
        creates(textOf(file)),
      ),
    ).toEqual([]);
    expect(creates(['await DuckDBInstance', 'create(path)'].join('.'))).toBe(true);
  });

  it('keeps nothing between decisions: all workflows of a worker share the modules of src/domain', () => {
    const keeps = (text: string): boolean =>
      /^(export )?(let|var) /m.test(text) ||
      /^(export )?const \w+ = (new (Map|Set|WeakMap|WeakSet|Array)\b|\[\]|\{\})/m.test(text);
    expect(filesUnder('src/domain').filter((file) => keeps(textOf(file)))).toEqual([]);
    for (const text of ['let last = 0;', 'const seen = new Map<string, number>();', 'const all = [];'])
      expect(keeps(text)).toBe(true);
  });

  it('has no file named for what it is not about', () => {
    const grabBag = /(^|\/)(utils?|helpers?|common|types|misc|manager)\.ts$/;
    expect(sources.filter((file) => grabBag.test(file))).toEqual([]);
  });

  it('gives Temporal exactly the workflow types, each from the file of its name', () => {
    const index = textOf('workflows/index.ts');
    const exported = [...index.matchAll(/^export \{ (\w+) \} from '\.\/(\w+)\.js';$/gm)];
    expect(exported).toHaveLength(index.trim().split('\n').length);
    for (const [, name, file] of exported) expect(file).toBe(name);
    expect(exported.map(([, name]) => name).sort()).toEqual([
      'budgetKeeper',
      'exportPlan',
      'exportWindow',
      'historyExport',
      'legalHold',
      'liveFeed',
      'nightlyLoad',
      'purge',
      'trunkSync',
    ]);
  });
});

function hasDefaultExport(text: string): boolean {
  return /^\s*export\s+default\b/m.test(text) || /\bexport\s*\{[^}]*\bas\s+default\b/.test(text);
}
