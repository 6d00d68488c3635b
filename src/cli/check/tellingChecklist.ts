import { Checklist } from '../../domain/checklist.js';
import type { CheckTeller } from './checkText.js';

/** What is over within two seconds needs no progress. */
const SLOW_MS = 2000;

/** A checklist that tells each check as it ends, and on standard error which one takes long. */
export function tellingChecklist(teller: CheckTeller, withoutSecrets?: (text: string) => string): Checklist {
  let slow: NodeJS.Timeout | undefined;
  return new Checklist(
    (name) => (slow = setTimeout(() => process.stderr.write(`checking: ${name}\n`), SLOW_MS)),
    (check) => {
      clearTimeout(slow);
      teller.tell(check);
    },
    withoutSecrets,
  );
}
