import { hostname } from 'node:os';
import { PERSON_NAMES } from '../../src/simulator/data/personNames.js';
import { namesAsWritten, textsIn } from '../support/historyTexts.js';

/** What links and tokens look like, and paths and processes of a machine. */
const PRIVATE: readonly RegExp[] = [
  /Bearer /,
  /Signature=/,
  /Key-Pair-Id/,
  /\/downloads\//,
  /(?:^|[^\w./-])\/(?:tmp|home|root|work|var|opt|srv|mnt|usr|Users|private)\//,
  /\bfile:\/\//,
  /\b\d+@[\w.-]+/,
];

/** Texts of a recorded history that must be in none: secrets, links, people's names, paths, hosts. Empty where all is well. */
export function privateTexts(history: unknown, secrets: readonly string[] = []): string[] {
  const texts = textsIn(history);
  const words = [...PERSON_NAMES.flatMap(namesAsWritten), ...secrets, `@${hostname()}`];
  return texts.filter(
    (text) => PRIVATE.some((pattern) => pattern.test(text)) || words.some((word) => text.includes(word)),
  );
}
