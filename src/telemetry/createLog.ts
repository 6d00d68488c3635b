import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from '../domain/logLevel.js';
import { hideInLine } from './hideInLine.js';

/**
 * Log of one process, to standard error: JSON lines, or readable lines on a terminal.
 *
 * Every line is rid of task tokens, secrets and signed URLs as it is written, whatever it was made from.
 *
 * @param secrets that this process knows, to be hidden wherever they stand.
 */
export function createLog(level: LogLevel, secrets: readonly string[] = []): Logger {
  const options = { level, base: null, hooks: { streamWrite: (line: string) => hideInLine(line, secrets) } };
  if (process.stderr.isTTY)
    return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', colorize: true }));
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

export type { Logger };
