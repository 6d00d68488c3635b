/** What something took. */
export interface Timed {
  readonly seconds: number;
  /** Of all threads of this process: what it costs, whoever else has the machine. */
  readonly processorSeconds: number;
}

/** Times what a function does, in this process, which does nothing else meanwhile. */
export async function timed(run: () => Promise<unknown>): Promise<Timed> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedAt) / 1000, processorSeconds: (user + system) / 1e6 };
}
