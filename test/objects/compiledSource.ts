import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transformFile } from '@swc/core';

const ROOMS = ['domain', 'objects', 'custody'];

/** The rooms under test as JavaScript in a directory of their own, for processes that a test starts and kills. */
export interface CompiledSource {
  /** Starts `node` on a module given as text, which may import `./src/…`. Its standard output is piped. */
  run(script: string, args: readonly string[]): Promise<ChildProcess>;
  remove(): Promise<void>;
}

/** Compiles the present source, not what an earlier build left in `dist`. */
export async function compileSource(): Promise<CompiledSource> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-source-'));
  for (const room of ROOMS) {
    const files = await readdir(resolve('src', room));
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const { code } = await transformFile(resolve('src', room, file), {
        swcrc: false,
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      const target = join(directory, 'src', room, file.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
  }
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(directory, 'node_modules'));
  let scripts = 0;
  return {
    async run(script, args) {
      const path = join(directory, `script-${scripts++}.mjs`);
      await writeFile(path, script);
      return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Waits for a process to end; its exit code, or null when it was killed. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((settle) => child.once('exit', settle));
}

/** What a process printed, once it has ended. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((settle) => child.once('close', settle));
  return text;
}
