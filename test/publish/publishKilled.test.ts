import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPublishRig, type PublishRig } from '../support/publishRig.js';

const DIST = fileURLToPath(new URL('../../dist/src/', import.meta.url));

/**
 * Publishes a changed warehouse over a copy of what was published before, and stops for good right before the nth call of the file
 * system; n from 0 until it gets through. Then publishes again, to the end.
 *
 * A call that never returns is a death as far as our code can tell: nothing after it runs, no `finally` either. Prints for each n what a
 * reader of the manifest has in between (`old`, `new`, or what is wrong), and what is there in the end.
 */
const STOPS_AT_EACH_CALL = `
import { createHash } from 'node:crypto';
import fs, { cpSync, existsSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [directory, warehouse] = process.argv.slice(1);
let callsLeft = Infinity;
let stopped = () => {};
for (const name of ['mkdir', 'open', 'readdir', 'readFile', 'rename', 'rm', 'rmdir', 'stat', 'writeFile']) {
  const real = fs.promises[name];
  fs.promises[name] = (...args) => {
    if (callsLeft-- > 0) return real(...args);
    stopped();
    return new Promise(() => {});
  };
}
syncBuiltinESMExports();
const { publish } = await import('${DIST}publish/publish.js');
const { openFileDestination } = await import('${DIST}publish/fileDestination.js');
const { openDuckdbParquet } = await import('${DIST}warehouse/duckdb/duckdbParquet.js');
const real = openDuckdbParquet({ path: warehouse, tempDirectory: warehouse + '.tmp', threads: 1, idleReleaseMs: 60_000 });
const request = { tables: null, since: null, full: false, names: false };
const unlocked = async () => ({ release: () => {} });
const old = readFileSync(directory + '/old/manifest.json', 'utf8');
const shown = (to) => {
  const text = readFileSync(to + '/manifest.json', 'utf8');
  for (const { partitions } of Object.values(JSON.parse(text).tables))
    for (const { path, sha256 } of partitions.flatMap(({ files }) => files)) {
      if (!existsSync(to + '/' + path)) return path + ' is gone';
      if (createHash('sha256').update(readFileSync(to + '/' + path)).digest('hex') !== sha256) return path + ' differs';
    }
  return text === old ? 'old' : 'new';
};
for (let n = 0, through = false; !through; n++) {
  const to = directory + '/' + n;
  cpSync(directory + '/old', to, { recursive: true });
  const dead = new Promise((_, reject) => { stopped = reject; });
  dead.catch(() => {});
  // The snapshot ends with the process that took it.
  const source = { ...real, read: (use) => real.read((snapshot) => Promise.race([use(snapshot), dead])) };
  const run = async () => {
    const destination = await openFileDestination(to, unlocked);
    await publish({ source, destination, request, now: '2026-03-03T00:00:00.000Z' });
    await destination.close();
    return true;
  };
  callsLeft = n;
  through = await Promise.race([run().catch(() => false), dead.catch(() => false)]);
  callsLeft = Infinity;
  const between = shown(to);
  const destination = await openFileDestination(to, unlocked);
  await publish({ source: real, destination, request, now: '2026-03-03T00:00:00.000Z' });
  await destination.close();
  const files = readdirSync(to, { recursive: true }).filter((path) => /[.](parquet|json)$/.test(path)).sort();
  writeSync(1, JSON.stringify({ n, between, after: shown(to), files }) + '\\n');
}
process.exit();
`;

describe('a publish that is killed', () => {
  let rig: PublishRig;
  beforeEach(async () => {
    rig = await openPublishRig();
  });
  afterEach(() => rig.close());

  it('leaves the old state or the new one at every call, and the next one leaves nothing over', async () => {
    await rig.publish({}, '2026-03-02T00:00:00.000Z');
    await cp(rig.to, join(rig.directory, 'old'), { recursive: true });
    await rig.loadDay('2026-02-03', ['ana']);
    await rig.warehouse.release();
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      STOPS_AT_EACH_CALL,
      rig.directory,
      rig.warehousePath,
    ]);
    const stops = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number; between: string; after: string; files: string[] });

    const states = stops.map(({ between }) => between);
    const turn = states.indexOf('new');
    expect(turn).toBeGreaterThan(10);
    expect(states).toEqual([...Array<string>(turn).fill('old'), ...Array<string>(states.length - turn).fill('new')]);
    // After the new manifest, old files are removed one by one.
    expect(states.length - turn).toBeGreaterThan(3);
    await rig.publish({}, '2026-03-03T00:00:00.000Z');
    for (const { after, files } of stops) {
      expect(after).toBe('new');
      expect(files).toEqual(stops.at(-1)?.files);
    }
    expect(stops.at(-1)?.files).toHaveLength(9);
  });
});
