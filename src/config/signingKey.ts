import { statSync } from 'node:fs';
import { readSecret, type Resolve } from './secretFile.js';
import { wrongSetting } from './storageUrl.js';

const FILE_VARIABLE = 'ROSTERLINE_SIGNING_KEY_FILE';

/**
 * The key that signs the chain, as PEM; null where none is set.
 *
 * @throws Failure `InvalidInput` when its file cannot be read or is empty, or when everybody on the machine can read it.
 */
export function signingKey(
  { key, keyFile }: { readonly key?: string | undefined; readonly keyFile?: string | undefined },
  resolve: Resolve,
  fileVariable = FILE_VARIABLE,
): string | null {
  const pem = readSecret({ value: key, file: keyFile, fileVariable }, resolve);
  if (!key && keyFile) refuseOpenFile(resolve(keyFile), fileVariable);
  // Many ways to set a variable keep no line ends: they are then written \n.
  return pem === null || pem.includes('\n') ? pem : pem.replaceAll('\\n', '\n');
}

/** A group may read it, because secrets are mounted for one; Windows has no such modes, and there nothing is refused. */
function refuseOpenFile(file: string, fileVariable: string): void {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o007) === 0 || process.platform === 'win32') return;
  throw wrongSetting(
    fileVariable,
    `everybody on this machine can read ${file} (mode ${mode.toString(8)}), so its signatures would prove nothing: run "chmod 600 ${file}", and make another key if somebody may have read it`,
  );
}
