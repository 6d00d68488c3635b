/** What a log tells from: `debug` has each call of the API and each activity, `info` what begins and ends. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
