import { createInterface } from 'node:readline/promises';
import type { Output } from './output.js';

/**
 * Whether a person at this terminal says yes. Nobody there is no, and is told which option says yes.
 *
 * @param question such as `Remove this for good?`; ` [y/N]` is added.
 * @param otherwise what to do where nobody can be asked, such as `add --yes to remove it`.
 */
export async function isConfirmed(question: string, otherwise: string, output: Output): Promise<boolean> {
  if (!process.stdin.isTTY) {
    output.say(`nobody is there to be asked: ${otherwise}`);
    return false;
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D are a no; by themselves they would leave the question open for ever.
  const leaving = new AbortController();
  asking.once('SIGINT', () => leaving.abort());
  asking.once('close', () => leaving.abort());
  try {
    const answer = await asking.question(`${question} [y/N] `, { signal: leaving.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    return false;
  } finally {
    asking.close();
  }
}
