import { resolve } from 'node:path';
import type { Config } from '../config/loadConfig.js';
import { signingKey } from '../config/signingKey.js';
import { openSigner } from '../custody/chainSigner.js';
import { chainKeys } from '../custody/keyInForce.js';
import { rotateKey } from '../custody/rotateKey.js';
import { openObjects, openUnsignedObjects } from '../temporal/openObjects.js';
import { type ExitCode, EXIT, type Output } from './output.js';
import { createStatusLine } from './statusLine.js';

/** Shows which keys the chain's entries put into force. Signatures are for `verify` to check. */
export async function listKeys(config: Config, output: Output): Promise<ExitCode> {
  const status = createStatusLine();
  const onEntry = (seq: number): void => status.show(`read ${seq} entries`);
  const keys = await chainKeys(openObjects(config, { readOnly: true }), onEntry).finally(() => status.end());
  for (const { keyId, from, endorsed } of keys) {
    output.say(`${keyId}  from entry ${from}${endorsed ? ', vouched for by the key before' : ''}`);
  }
  if (keys.length === 0) output.say('the chain is not signed; "rosterline keys new --out FILE" makes a key');
  output.result({ keys });
  return EXIT.done;
}

/** Puts the key in a file into force. */
export async function rotateTo(
  config: Config,
  next: { readonly file: string; readonly lost: boolean },
  output: Output,
): Promise<ExitCode> {
  const nextPem = signingKey({ keyFile: next.file }, (file) => resolve(file), '--to');
  const currentPem = config.signingKey();
  const signer = openSigner(nextPem ?? '', next.file);
  const rotation = { next: signer, current: currentPem === null ? null : openSigner(currentPem), lost: next.lost };
  const entry = await rotateKey(openUnsignedObjects(config), rotation);
  output.say(
    entry === null
      ? `the key ${signer.keyId} is in force already; nothing was changed`
      : `the key ${signer.keyId} is in force from entry ${entry.seq} on; set ROSTERLINE_SIGNING_KEY_FILE=${next.file} for every worker now`,
  );
  output.result({ keyId: signer.keyId, entry });
  return EXIT.done;
}
