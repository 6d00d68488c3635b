import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = join(ROOT, '.dependency-cruiser.cjs');

/** An import that a rule forbids. */
export interface ForbiddenImport {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Names of the rules in `.dependency-cruiser.cjs`. */
export function importRules(): string[] {
  const rules = createRequire(import.meta.url)(RULES) as { forbidden: { name: string }[] };
  return rules.forbidden.map(({ name }) => name);
}

/** The imports of this project that the rules forbid, and how many modules were looked at. */
export function cruiseProject(): { modules: number; forbidden: ForbiddenImport[] } {
  return cruise(ROOT, ['src', 'workflows', 'activities']);
}

/**
 * What the rules say of a source tree made for the purpose, with this project's packages.
 *
 * @param files content by path, such as `src/domain/a.ts`.
 */
export function cruiseFiles(files: Readonly<Record<string, string>>): ForbiddenImport[] {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-imports-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    for (const name of ['package.json', 'tsconfig.json']) symlinkSync(join(ROOT, name), join(directory, name));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    return cruise(directory, ['.']).forbidden;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** In a process of its own: it exits with the number of violations, and prints JSON whatever that is. */
function cruise(cwd: string, what: readonly string[]): { modules: number; forbidden: ForbiddenImport[] } {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = ['--config', RULES, '--preserve-symlinks', '--output-type', 'json', ...what];
  const { summary } = JSON.parse(
    execFileSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as { summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] } };
  return {
    modules: summary.totalCruised,
    forbidden: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
