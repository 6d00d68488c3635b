import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { WORKFLOW_BUNDLE_PATH } from './workflowBundlePath.js';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/', import.meta.url));
const DOMAIN = fileURLToPath(new URL('../domain/', import.meta.url));
/** Listed by their sources: what was built once may be of a module that is gone. */
const DOMAIN_SOURCES = fileURLToPath(new URL('../../../src/domain/', import.meta.url));

/**
 * Writes the module that evaluates the decisions once for all workflows of a worker, before the first of them starts: otherwise each
 * has instances of its own, for 22 ms and 2.3 MB (decision 0062).
 *
 * They are pure and keep nothing between calls (a test), so they may be shared. The sandbox freezes deeply what is shared, but not
 * below what is frozen already: a schema of zod's keeps what it works out at its first use, and a pattern where it last matched.
 */
async function writePreload(): Promise<string> {
  const path = join(WORKFLOWS, 'preloadDomain.js');
  const sources = (await readdir(DOMAIN_SOURCES, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const shared = sources.map((name, index) => [`domain${index}`, join(DOMAIN, name.replace(/ts$/, 'js'))] as const);
  const imports = shared.map(([name, file]) => `import * as ${name} from ${JSON.stringify(file)};\n`);
  const frozen = ['core.regexes', ...shared.map(([name]) => name)].map((name) => `Object.freeze(${name});\n`);
  await writeFile(path, ["import { core } from 'zod';\n", ...imports, ...frozen].join(''));
  return path;
}

// Bundled once, at build time: a worker then starts in milliseconds and always runs what was built.
const { code } = await bundleWorkflowCode({
  workflowsPath: join(WORKFLOWS, 'index.js'),
  payloadConverterPath: join(WORKFLOWS, 'lenientPayloads.js'),
  preloadModules: [await writePreload()],
  logger: new DefaultLogger('WARN'),
});
await writeFile(WORKFLOW_BUNDLE_PATH, code);
