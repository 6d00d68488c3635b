/** Thrown by a scenario whose moment had passed before this machine came to it. */
export class MomentPassed extends Error {}

/**
 * Plays a scenario that has to come to something within a time, such as while a gate is closed: first with the shortest time, and again
 * with a longer one where the machine was too slow (`MomentPassed`). What it expects must hold whichever it is.
 *
 * @param seconds shortest first.
 * @param scenario with names of its own for each time: what it left running under one name would be met by the next.
 */
export async function inTime(seconds: readonly number[], scenario: (seconds: number) => Promise<void>): Promise<void> {
  for (const [at, time] of seconds.entries())
    try {
      await scenario(time);
      return;
    } catch (error) {
      if (!(error instanceof MomentPassed) || at === seconds.length - 1) throw error;
      process.stderr.write(`not within ${time} s on this machine, now with ${seconds[at + 1]} s: ${error.message}\n`);
    }
}
