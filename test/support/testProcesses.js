import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * What tests start must not outlive them: it would hold ports and processors against the tests after it, and one that has the
 * run's own output open keeps Jest from ever ending. `process.on('exit')` is no help in a test: Jest gives tests a `process` of
 * their own, which never hears it. So whatever runs the tests looks for itself.
 *
 * Jest loads the files around its tests without compiling what they import: hence JavaScript.
 */

/** The files, in a run's directory, that name the servers its test files share: they end with the run. */
const SHARED = ['server-process.json', 'postgres-process.json'];
const NAME = 'rosterline-test-run-';
const HAS_PROC = existsSync('/proc/self/stat');

/**
 * Ends what a test file left behind, be it in process groups of their own: every process below this one but the shared servers.
 *
 * @returns the command lines of what it ended.
 */
export function endDescendants() {
  const spared = sharedServers(process.env.ROSTERLINE_TEST_RUN ?? '');
  const all = processes();
  const found = [];
  for (let parents = [process.pid]; parents.length > 0; ) {
    const children = all.filter(({ pid, parent }) => parents.includes(parent) && !spared.includes(pid));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  kill(found);
  return found.map(({ command }) => command);
}

/**
 * Ends everything that a run started and removes its directory, which is the temporary directory of all of it.
 *
 * @returns the command lines of what it ended, but for the shared servers.
 */
export async function endTestRun(run) {
  const spared = sharedServers(run);
  await endPostgres(run);
  const left = processes().filter((one) => one.pid !== process.pid && isOfRun(one, run, spared));
  kill(left);
  unmountBelow(run);
  rmSync(run, { recursive: true, force: true, maxRetries: 5 });
  return left.filter(({ pid }) => !spared.includes(pid)).map(({ command }) => command);
}

/** Where runs have their directories: in the system's temporary directory, each named by the Jest process it belongs to. */
export function runPrefix() {
  return join(tmpdir(), `${NAME}${process.pid}-`);
}

/** The directories of runs whose Jest process was killed. */
export function abandonedRuns() {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(NAME) && !isRunning(Number(name.slice(NAME.length).split('-')[0])))
    .map((name) => join(tmpdir(), name));
}

function sharedServers(run) {
  return SHARED.map((name) => join(run, name))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')).pid);
}

/** By its working directory, its arguments, or the variables that every program of ours hands on. Source: proc(5). */
function isOfRun({ pid, command }, run, spared) {
  if (!HAS_PROC) return spared.includes(pid) || command.includes(`${run}/`);
  const variables = textOf(`/proc/${pid}/environ`);
  return variables.includes(`=${run}\0`) || `${linkOf(`/proc/${pid}/cwd`)}/ ${command}`.includes(`${run}/`);
}

/** PostgreSQL gives back its shared memory when it is asked to end at once; killed, it would not. */
async function endPostgres(run) {
  const clusters = existsSync(run) ? readdirSync(run).map((name) => join(run, name, 'data', 'postmaster.pid')) : [];
  const running = clusters.filter((path) => existsSync(path));
  for (const path of running) signal(Number(textOf(path).split('\n', 1)[0]), 'SIGQUIT');
  for (let waitedMs = 0; waitedMs < 10_000 && running.some((path) => existsSync(path)); waitedMs += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

function unmountBelow(run) {
  for (const line of textOf('/proc/mounts').split('\n'))
    if (line.split(' ')[1]?.startsWith(`${run}/`)) execFileSync('umount', ['-l', line.split(' ')[1]]);
}

/** Every running process. Without /proc there is `ps`, on every system that has none. */
function processes() {
  if (!HAS_PROC)
    return execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
      .filter(Boolean)
      .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command }));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const stat = textOf(`/proc/${name}/stat`);
      // The program's name stands in brackets and may itself hold blanks and brackets.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = textOf(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
      return { pid: Number(name), parent: Number(parent), command, state };
    })
    .filter(({ state }) => state && !/[ZX]/.test(state));
}

function kill(found) {
  for (const { pid } of found) signal(pid, 'SIGKILL');
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
