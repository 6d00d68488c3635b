import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

/** Fields that are capabilities or secrets wherever they appear: `taskToken` lets its holder complete an activity. */
const REDACTED = [
  'taskToken',
  '*.taskToken',
  'authorization',
  '*.authorization',
  'accessToken',
  '*.accessToken',
  'clientSecret',
  '*.clientSecret',
];

/** Log of one process, to standard error: JSON lines, or readable lines on a terminal. No agent's name, no token, no signed URL. */
export function createLog(level: 'debug' | 'info' | 'warn' | 'silent'): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[redacted]' }, base: null };
  if (process.stderr.isTTY)
    return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', colorize: true }));
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

export type { Logger };
