/**
 * Runs, then ends what it needed, whatever came of it: why it failed is told before what could not be ended.
 *
 * A `finally` would tell the last reason: a disk that is full fails the writing, and then the closing too.
 *
 * @throws what `run` said where it failed, else what `end` said.
 */
export async function endAfter<Result>(run: () => Promise<Result>, end: () => Promise<unknown>): Promise<Result> {
  const result = await run().catch(async (reason: unknown) => {
    await end().catch(() => undefined);
    throw reason;
  });
  await end();
  return result;
}
