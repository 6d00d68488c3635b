import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FaultOf } from '../control/fault.js';

const unpack = promisify(gunzip);
const pack = promisify(gzip);

/** A result document without the first field of that name, at any depth; the same where it has none. */
export function withoutField(document: string, field: string): string {
  const json: unknown = JSON.parse(document);
  drop(json, field);
  return JSON.stringify(json);
}

/** Drops the first field of that name, depth first. @returns whether there was one. */
function drop(value: unknown, field: string): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (!Array.isArray(value) && field in value) {
    Reflect.deleteProperty(value, field);
    return true;
  }
  return Object.values(value).some((inner) => drop(inner, field));
}

/** The bytes of a download, altered as a fault says. Compressed ones stay compressed, and may differ in length. */
export async function alteredBytes(
  bytes: Buffer,
  encoding: 'identity' | 'gzip',
  how: FaultOf<'alteredBytes'>['how'],
): Promise<Buffer> {
  const plain = encoding === 'gzip' ? await unpack(bytes) : bytes;
  const name = how === 'value' ? '"actualLengthSeconds":' : '"dayStartOffsetSeconds":';
  const at = plain.indexOf(name);
  if (how === 'transit' || at < 0) {
    const altered = Buffer.from(bytes);
    const from = Math.floor(bytes.length / 2);
    // No JSON has these, and gzip's checksum tells.
    altered.fill(0x01, from, from + 16);
    return altered;
  }
  const altered = Buffer.from(plain);
  if (how === 'value') altered[at + name.length] = nextDigit(altered[at + name.length] ?? 0);
  else altered[at + 1] = 0x44;
  return encoding === 'gzip' ? await pack(altered, { level: 1 }) : altered;
}

function nextDigit(digit: number): number {
  return digit === 0x39 ? 0x38 : digit + 1;
}
