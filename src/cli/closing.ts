import { endAfter } from '../domain/endAfter.js';

/** What a command has started and must end, however it ends: last started, first ended, each once. */
export class Closing {
  private readonly steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  /** One that fails keeps none of the others from being ended. @throws what the first of those said that failed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.steps.pop(); step; step = this.steps.pop())
      await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** Runs, and ends everything whatever comes of it: why it failed is told before what could not be ended. */
  async around<Result>(run: () => Promise<Result>): Promise<Result> {
    return await endAfter(run, () => this.close());
  }
}
