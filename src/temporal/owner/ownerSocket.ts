import { resolve } from 'node:path';

/** What the system takes for the path of a socket, with some bytes to spare: 108 on Linux, 104 on macOS. */
const LONGEST_BYTES = 100;

/**
 * Where the owner of an embedded warehouse answers: a socket beside the file, for this user alone.
 *
 * Null where the path is too long for one; commands then wait until the owner lets go of the file.
 */
export function ownerSocket(warehousePath: string): string | null {
  const path = `${resolve(warehousePath)}.sock`;
  return Buffer.byteLength(path) <= LONGEST_BYTES ? path : null;
}

/** Questions that the owner answers, by the path of the request. Each answer is a line of JSON a row. */
export const QUESTIONS = { coveredDays: '/coveredDays', query: '/query' } as const;

/** What ends an answer; one without it was cut off. */
export const END_OF_ANSWER = '{"end":true}';
