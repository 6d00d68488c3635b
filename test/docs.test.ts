import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/loadConfig.js';
import { Settings } from '../src/config/settings.js';
import { DATASETS } from '../src/datasets/datasets.js';
import { LiveSettings } from '../src/domain/live/liveSettings.js';
import { FAILURE_NAMES } from '../src/domain/failure.js';
import { NightlyLoadInput } from '../src/domain/nightly/nightlyLoadInput.js';
import { CoverageRules } from '../src/domain/coverage/coverageRules.js';
import { HistoryExportInput } from '../src/domain/historyExportInput.js';
import { ENDPOINTS } from '../src/genesys/endpoints.js';
import { filesUnder, textOf } from './support/projectFiles.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const README = textOf('README.md');

describe('docs/errors.md', () => {
  const errors = textOf('docs/errors.md');

  it('documents each failure that the code names, and no other', () => {
    expect(headings(section(errors, 'Failures'))).toEqual([...FAILURE_NAMES].sort());
    expect(tableNames(section(errors, 'Failures'))).toEqual([...FAILURE_NAMES].sort());
  });

  it('documents each reason of a day that the code names, and no other', () => {
    // Names in our sources look like `PresentUsersOnly`; months, states of Genesys's jobs, categories of activities, verbs of summaries, Temporal's names and Node's look the same.
    const others =
      /^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Complete|Error|Processing|OnQueueWork|Add|Write|AbortError|TemporalScheduledStartTime)$/;
    const named = ['src/domain', 'src/warehouse', 'activities', 'workflows']
      .flatMap((folder) => filesUnder(folder))
      .flatMap((file) => [...textOf(file).matchAll(/'([A-Z][a-z]+(?:[A-Z][a-z]+)*)'/g)].map(([, name]) => name ?? ''))
      .filter((name) => !others.test(name) && !(FAILURE_NAMES as readonly string[]).includes(name));
    expect(headings(section(errors, 'Reasons of days'))).toEqual([...new Set(named)].sort());
  });

  it('documents why rows stay in the landing', () => {
    const bySql = Object.values(DATASETS)
      .flatMap(({ load }) => load.tables)
      .flatMap(({ rowsSql }) => [...rowsSql.matchAll(/THEN\s+'([a-z]\w+)'/g)].map(([, why]) => why ?? ''));
    const documented = tableNames(section(errors, 'Rows left in the landing'));
    expect(documented).toEqual(expect.arrayContaining([...new Set(bySql)]));
    const sources = ['src/domain', 'src/datasets', 'src/warehouse']
      .flatMap((folder) => filesUnder(folder))
      .map(textOf)
      .join('\n');
    for (const why of documented) expect(sources).toContain(`'${why}'`);
  });
});

const help = commandHelp();

describe('README.md', () => {
  it('has every command, and each command it shows exists with its options', () => {
    expect(commandsShown(README)).toEqual([...help.keys()].sort());
  }, 60_000);

  it('lists every option of every command beside the command', () => {
    for (const [name, options] of help) {
      const row = README.split('\n').find((line) => new RegExp(`^\\| .rosterline ${name}\\b`).test(line)) ?? '';
      expect([...row.matchAll(/`(--[\w-]+)`/g)].map(([, option]) => option).sort()).toEqual(options.toSorted());
    }
  });

  it('has each environment variable that the code reads, and no other', () => {
    const read = ['src/config', 'src/temporal']
      .flatMap((folder) => filesUnder(folder))
      .flatMap((file) => [...textOf(file).matchAll(/env\['([A-Z_]+)'\]/g)].map(([, name]) => name ?? ''));
    const ours = new Set(read.filter((name) => /^(GENESYS|WAREHOUSE|OBJECTS|ROSTERLINE|TEMPORAL)_/.test(name)));
    const documented = new Set(
      [...README.matchAll(/`((?:GENESYS|WAREHOUSE|OBJECTS|ROSTERLINE|TEMPORAL)_[A-Z_]+)`/g)].map(
        ([, name]) => name ?? '',
      ),
    );
    const temporals = temporalsOwnVariables();
    expect([...documented].filter((name) => !temporals.has(name)).sort()).toEqual([...ours].sort());
    expect([...documented].filter((name) => temporals.has(name))).toContain('TEMPORAL_ADDRESS');
  });

  it('names the scopes and permissions that the calls need, in the page that it points to', () => {
    const permissions = textOf('docs/permissions.md');
    expect(README).toContain('](docs/permissions.md)');
    for (const { anyPermission, anyScope, path } of Object.values(ENDPOINTS)) {
      expect(permissions).toContain(path.replace(/^\/api\/v2/, ''));
      expect(permissions).toContain(anyScope[0]);
      if (anyPermission[0]) expect(permissions).toContain(anyPermission[0]);
    }
  });

  it('starts exports and nightly loads with input that the workflows take', () => {
    const commands = [...`${README}${textOf('docs/nightly.md')}`.matchAll(/^temporal [^]*?--input '(\{[^]*?\})'/gm)];
    expect(commands.length).toBeGreaterThan(5);
    for (const [command, json] of commands) {
      const input = JSON.parse(json ?? '') as unknown;
      const taken = command.includes('--type nightlyLoad') ? NightlyLoadInput : HistoryExportInput;
      if (!isPauseReason(input)) expect(taken.safeParse(input).error).toBeUndefined();
    }
  });

  it('points to files that exist, and so do the other documents', () => {
    for (const document of [
      'README.md',
      'CONTRIBUTING.md',
      ...filesUnder('docs').filter((file) => file.endsWith('.md')),
    ])
      for (const [, link] of textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
        expect(`${document}: ${link} ${existsSync(join(ROOT, dirname(document), link ?? ''))}`).toMatch(/true$/);
  });

  it('names tests that exist as proof of what it guarantees', () => {
    const files = [...README.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('docs/operations.md', () => {
  const operations = textOf('docs/operations.md');

  it('shows commands that exist, with options that they have', () => {
    expect(commandsShown(operations).length).toBeGreaterThan(10);
  });

  it('has the sections that it and the README point to', () => {
    // As GitHub names them: without punctuation, hyphens for spaces.
    const sections = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const pointedTo = [
      ...operations.matchAll(/\]\(#([\w-]+)\)/g),
      ...README.matchAll(/docs\/operations\.md#([\w-]+)/g),
    ].map(([, anchor]) => anchor);
    expect(pointedTo.length).toBeGreaterThan(5);
    for (const anchor of pointedTo) expect(sections).toContain(anchor);
  });
});

describe('rosterline.example.yaml', () => {
  it('is a configuration that the program takes, and shows every setting but secrets', () => {
    const example = join(ROOT, 'rosterline.example.yaml');
    expect(() => loadConfig({ ROSTERLINE_CONFIG: example }, ROOT)).not.toThrow();
    // Uncommented, so that what it only suggests is checked too.
    const [settings = '', ...lists] = readFileSync(example, 'utf8').split(/^(?=# (?:nightly|sync|live):)/m);
    // Of a list, comments within it are what it suggests beside; prose before the next stays a comment.
    const uncommented = lists.map((list) =>
      list.replaceAll(/^# (?=\s|(?:nightly|sync|live):)/gm, '').replaceAll(/^( {4})# (?=\w+:)/gm, '$1'),
    );
    const whole: unknown = parse(settings.replace(/^(\s*)# ([a-z]\w+:)/gm, '$1$2') + uncommented.join(''));
    expect(Settings.parse(whole)).toBeDefined();
    expect(keysOf(whole)).toEqual(
      [
        'budget.backfillReserve',
        ...Object.keys(CoverageRules.shape).map((key) => `coverage.${key}`),
        'data',
        'export.occupancyFormula',
        'export.provisionalDays',
        'genesys.apiUrl',
        'genesys.clientIdFile',
        'genesys.clientId',
        'genesys.clientSecretFile',
        'genesys.downloadHosts',
        'genesys.loginUrl',
        'genesys.region',
        ...Object.keys(LiveSettings.shape).map((key) => `live.${key}`),
        'nightly',
        'objects.accessKeyIdFile',
        'objects.region',
        'objects.retentionDays',
        'objects.retentionMode',
        'objects.secretAccessKeyFile',
        'objects.tlsCaFile',
        'objects.url',
        'signing.keyFile',
        'sync.debounceSeconds',
        'sync.everyMinutes',
        'sync.holdDownSeconds',
        'sync.intervalMinutes',
        'sync.maxWritesPerRound',
        'sync.metadataTable',
        'sync.onDrift',
        'sync.sites',
        'taskQueue',
        'telemetry.healthHost',
        'telemetry.healthPort',
        'telemetry.logLevel',
        'telemetry.metricsHost',
        'telemetry.metricsPort',
        'telemetry.otlpEndpoint',
        'warehouse.memory',
        'warehouse.passwordFile',
        'warehouse.url',
      ].sort(),
    );
  });
});

/** The part of a document under a `##` heading. */
function section(markdown: string, heading: string): string {
  const start = markdown.indexOf(`\n## ${heading}\n`);
  if (start === -1) throw new Error(`there is no section ${heading}`);
  const end = markdown.indexOf('\n## ', start + 1);
  return markdown.slice(start, end === -1 ? undefined : end);
}

function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^### (\w+)$/gm)].map(([, name]) => name ?? '').sort();
}

/** Names in code font in the first column of a table. */
function tableNames(markdown: string): string[] {
  return [...markdown.matchAll(/^\| (`.*?`) \|/gm)]
    .flatMap(([, cell]) => [...(cell ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''))
    .sort();
}

/** Commands that a document shows, sorted; each must exist with the options that it is shown with. */
function commandsShown(text: string): string[] {
  const shown = new Set<string>();
  for (const line of text.matchAll(/(?:rosterline ([a-z][^\n`|#]*)|npm run demo -- (--[^\n`|#]*))/g)) {
    const words = (line[1] ?? `demo ${line[2] ?? ''}`).split(/[\s…]+/);
    const name = help.has(`${words[0]} ${words[1]}`) ? `${words[0]} ${words[1]}` : (words[0] ?? '');
    expect([...help.keys()]).toContain(name);
    for (const option of words.filter((word) => /^--\w/.test(word)))
      expect(`${name}: ${help.get(name)?.join(' ')} `).toContain(` ${option} `);
    shown.add(name);
  }
  return [...shown].sort();
}

/** Each command with its options, as `--help` has them. */
function commandHelp(): Map<string, string[]> {
  const commands = new Map<string, string[]>();
  const visit = (name: string): void => {
    const text = execFileSync(
      process.execPath,
      [join(ROOT, 'bin/rosterline'), ...name.split(' ').filter(Boolean), '--help'],
      { encoding: 'utf8' },
    );
    const inner = [...(/^Commands:\n((?: {2}.*\n)+)/m.exec(text)?.[1]?.matchAll(/^ {2}([a-z]+)/gm) ?? [])].map(
      ([, command]) => command ?? '',
    );
    for (const command of inner.filter((command) => command !== 'help')) visit(`${name} ${command}`.trim());
    // `limits` shows by itself, and has commands that change.
    if (inner.length === 0 || text.includes('\n  --json'))
      commands.set(
        name,
        [...text.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option]) => option ?? ''),
      );
  };
  visit('');
  return commands;
}

/** Variables that Temporal's own configuration loader reads. */
function temporalsOwnVariables(): Set<string> {
  const folder = join(ROOT, 'node_modules/@temporalio/envconfig/src');
  const text = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  return new Set(text.match(/TEMPORAL_[A-Z_]+/g));
}

function isPauseReason(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'reason' in input;
}

function keysOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  return Object.entries(value)
    .flatMap(([key, inner]) => keysOf(inner, prefix === '' ? key : `${prefix}.${key}`))
    .sort();
}
