import { Failure } from '../domain/failure.js';
import { type ProgressLog, withProgress } from './progressLog.js';

/** One way to come by a program. */
export interface Way<T> {
  /** How a person would call this way, such as `TEMPORAL_CLI_PATH` or `go install`. */
  readonly name: string;
  /** Gives the program, or throws an error that says why this way does not lead to it. */
  readonly take: () => Promise<T>;
}

/** What became of trying: the program, or why each way failed. */
export type Outcome<T> = { readonly found: T } | { readonly reasons: readonly string[] };

/** Tries one way after the other until one leads to the program. Throws nothing. */
export async function tryEachWay<T>(what: string, ways: readonly Way<T>[], log: ProgressLog): Promise<Outcome<T>> {
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      return { found: await withProgress(`${what}, by ${way.name}`, log, way.take) };
    } catch (error) {
      reasons.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { reasons };
}

/** The one error for a program that could not be had: it names every way tried, why each failed, and what to do. */
export function noWayLeft(what: string, reasons: readonly string[], whatToDo: string): Failure {
  const list = reasons.map((reason, index) => `  ${index + 1}. ${reason}`).join('\n');
  return new Failure('Blocked', `No ${what} could be had. Tried, in this order:\n${list}\n${whatToDo}`);
}
