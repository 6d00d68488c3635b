import { existsSync, readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { type Config, describeIssues } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { SyncPolicy } from '../../domain/sync/syncPolicy.js';
import { createGenesysClient } from '../../genesys/createGenesysClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { createStatusLine } from '../statusLine.js';
import { firstPolicy } from './firstPolicy.js';
import { findTelephony } from './foundTelephony.js';

const STANDARD_OUTPUT = '-';
const DEFAULT_FILE = 'rosterline.yaml';

/** Where a first policy goes. */
export interface InitOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly out: string | undefined;
}

/** Writes a first policy from what the organisation has, into a file that has none yet. */
export async function initPolicy(config: Config, options: InitOptions, output: Output): Promise<ExitCode> {
  const { env, workingDirectory, out = env['ROSTERLINE_CONFIG'] ?? DEFAULT_FILE } = options;
  const file = out === STANDARD_OUTPUT ? null : path.resolve(workingDirectory, out);
  if (file !== null) refuseFileWithPolicy(file);
  const { text, organisation } = await policyText(config);
  if (file === null) {
    output.say(text);
    output.result({ organisation, policy: policyIn(text), yaml: text });
    return EXIT.done;
  }
  const isNew = !existsSync(file);
  await (isNew ? writeFile(file, text, { mode: 0o600, flag: 'wx' }) : appendFile(file, `\n${text}`));
  output.say(`${isNew ? 'wrote' : 'appended'} a first policy for ${organisation.name} ${isNew ? 'to' : 'to'} ${file}`);
  output.say("look at every line, then: 'rosterline sync check'");
  const isConfigured =
    env['ROSTERLINE_CONFIG'] !== undefined && path.resolve(workingDirectory, env['ROSTERLINE_CONFIG']) === file;
  if (!isConfigured)
    output.say(`commands and workers read it once ROSTERLINE_CONFIG names it: export ROSTERLINE_CONFIG=${file}`);
  output.result({ organisation, file, policy: policyIn(text) });
  return EXIT.done;
}

async function policyText(config: Config): Promise<{ text: string; organisation: { id: string; name: string } }> {
  const client = createGenesysClient(config.genesys());
  const status = createStatusLine();
  try {
    const found = await findTelephony(client, (doing) => status.show(doing));
    const text = firstPolicy(found);
    if (text === null)
      throw new Failure(
        'InvalidInput',
        'no site of your own has an outbound route with trunks of a carrier (EXTERNAL trunk bases): there is nothing to keep in step. Nothing was written.',
      );
    return { text, organisation: found.organisation };
  } finally {
    status.end();
    await client.close();
  }
}

/** The policy in a text. @throws Failure `InvalidInput` when it is none: what the organisation has does not fit into one. */
function policyIn(text: string): SyncPolicy {
  const parsed = SyncPolicy.safeParse((parse(text) as { sync?: unknown }).sync);
  if (parsed.success) return parsed.data;
  throw new Failure(
    'InvalidInput',
    `the policy needs your hand before it can be used: ${describeIssues(parsed.error)}`,
  );
}

function refuseFileWithPolicy(file: string): void {
  if (!existsSync(file)) return;
  const content: unknown = parse(readFileSync(file, 'utf8')) ?? {};
  if (typeof content === 'object' && content !== null && !('sync' in content)) return;
  throw new Failure(
    'InvalidInput',
    `${file} has a policy already (sync:): it was left as it is, nothing was read or written. --out FILE writes the first policy to another file, --out - shows it.`,
  );
}
