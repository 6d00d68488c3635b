import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Writes JavaScript of the named source directories into a new temporary directory and gives its path, for tests that run our
 * code in processes of its own and kill them. Does not depend on a build, so it is never stale. The caller removes it.
 */
export function transpiledSources(...directories: readonly string[]): string {
  const target = mkdtempSync(join(tmpdir(), 'rosterline-js-'));
  symlinkSync(join(ROOT, 'node_modules'), join(target, 'node_modules'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  for (const directory of directories) {
    for (const name of readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const jsPath = join(target, directory, name.replace(/\.ts$/, '.js'));
      const { code } = transformFileSync(join(ROOT, directory, name), {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      mkdirSync(dirname(jsPath), { recursive: true });
      writeFileSync(jsPath, code);
    }
  }
  return target;
}
