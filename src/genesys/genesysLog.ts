/** Where the client says what it does: the shape of a pino logger. Facts hold no token, secret, signed URL or name of a person. */
export interface GenesysLog {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export const SILENT_LOG: GenesysLog = { debug: () => undefined, warn: () => undefined };
