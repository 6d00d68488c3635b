import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './childEnvironment.js';
import { findExecutable, isExecutable } from './findExecutable.js';
import { runProgram } from './runProgram.js';
import { type PinnedJar, TEST_SERVER_JARS } from './testServerJars.js';

const VERSION = '1.38.0';
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const TIMEOUT_MS = 10 * 60_000;

/** How people would call this way. */
export const MAVEN_NAME = `Maven's io.temporal:temporal-test-server:${VERSION}`;

/**
 * Lets Maven fetch the test server's jars (38 MB), checks each against its pinned hash and writes a script that runs them.
 *
 * The cache gets the directory whole or not at all. Gives the script's path.
 *
 * @throws Error when Java or Maven is not there, Maven fails, or a jar is missing or differs.
 */
export async function installTestServerJars(cache: string, env: NodeJS.ProcessEnv): Promise<string> {
  const mvn = findExecutable('mvn', env);
  if (!mvn) throw new Error('mvn is not on PATH');
  const installerEnv = childEnvironment(env, 'installer');
  await runProgram(javaOf(env), ['-version'], { env: installerEnv, timeoutMs: 30_000 });

  const directory = mkdtempSync(join(cache, '.test-server-jars-'));
  try {
    writeFileSync(join(directory, 'pom.xml'), pom());
    const args = ['--batch-mode', '--quiet', COPY_DEPENDENCIES, '-DincludeScope=runtime', '-DoutputDirectory=.'];
    await runProgram(mvn, args, { env: installerEnv, timeoutMs: TIMEOUT_MS, cwd: directory });
    checkJars(directory);
    writeFileSync(join(directory, SCRIPT), script());
    chmodSync(join(directory, SCRIPT), 0o755);
    rmSync(jarsDirectory(cache), { recursive: true, force: true });
    renameSync(directory, jarsDirectory(cache));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return join(jarsDirectory(cache), SCRIPT);
}

/** Path of the script, when it and every jar are in the cache, unaltered. Throws an error that says what is not. */
export function hasTestServerJars(cache: string): string {
  const path = join(jarsDirectory(cache), SCRIPT);
  if (!isExecutable(path)) throw new Error(`${path} does not exist`);
  checkJars(jarsDirectory(cache));
  return path;
}

const SCRIPT = 'temporal-test-server';

function jarsDirectory(cache: string): string {
  return join(cache, `temporal-test-server-${VERSION}`);
}

function checkJars(directory: string): void {
  for (const jar of TEST_SERVER_JARS) {
    const actual = createHash('sha256')
      .update(readFileSync(join(directory, fileName(jar))))
      .digest('hex');
    if (actual !== jar.sha256) throw new Error(`${jar.coordinates} has SHA-256 ${actual}, not ${jar.sha256}`);
  }
}

function fileName({ coordinates }: PinnedJar): string {
  const [, artifact, version] = coordinates.split(':');
  return `${artifact ?? ''}-${version ?? ''}.jar`;
}

function javaOf(env: NodeJS.ProcessEnv): string {
  return env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java';
}

function pom(): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rosterline</groupId><artifactId>test-server</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${VERSION}</version>
  </dependency></dependencies>
</project>
`;
}

// `exec`: whoever kills the script's pid must hit Java. Compiling less makes it listen within the SDK's 5 s on a busy machine.
function script(): string {
  const classPath = TEST_SERVER_JARS.map((jar) => `$here/${fileName(jar)}`).join(':');
  return `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+IgnoreUnrecognizedVMOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \\
  -cp "${classPath}" io.temporal.testserver.TestServer "$@"
`;
}
