import { readFileSync } from 'node:fs';
import { Failure } from '../domain/failure.js';

/** A path as it was set, made absolute. */
export type Resolve = (file: string) => string;

/** A secret, and the name of the file that it may be in. */
export interface SecretSetting {
  /** The secret itself, from the environment. */
  readonly value?: string | undefined;
  /** Path of the file. */
  readonly file?: string | undefined;
  /** Name of the variable that names the file, for people: `WAREHOUSE_PASSWORD_FILE`. */
  readonly fileVariable: string;
}

/**
 * A secret from its variable, else from its file without the line's end; null where neither is set.
 *
 * @throws Failure `InvalidInput` naming the variable and the file, never what is in it, when the file cannot be read or is empty.
 */
export function readSecret({ value, file, fileVariable }: SecretSetting, resolve: Resolve): string | null {
  if (value) return value;
  if (!file) return null;
  let content: string;
  try {
    content = readFileSync(resolve(file), 'utf8')
      .replace(/^\uFEFF/, '')
      .trim();
  } catch (error) {
    throw new Failure('InvalidInput', `${fileVariable}: cannot read ${file} (${codeOf(error)})`, {}, { cause: error });
  }
  if (content === '') throw new Failure('InvalidInput', `${fileVariable}: ${file} is empty`);
  return content;
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? 'unknown error';
}
