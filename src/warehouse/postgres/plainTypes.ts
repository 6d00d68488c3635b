import { types } from 'pg';

const INT8 = types.builtins.INT8;
const NUMERIC = types.builtins.NUMERIC;
const DATE = types.builtins.DATE;
const TIMESTAMP = types.builtins.TIMESTAMP;
const TIMESTAMPTZ = types.builtins.TIMESTAMPTZ;

type TextParser = (text: string) => unknown;

/** Any number is an object id; the driver's types know those of the server's own types only. */
const driversOwn = types.getTypeParser as (oid: number, format?: 'text' | 'binary') => TextParser;

const PLAIN = new Map<number, TextParser>([
  [INT8, numberOf],
  [NUMERIC, numberOf],
  [DATE, (text) => text],
  [TIMESTAMP, instantOf],
  [TIMESTAMPTZ, instantOf],
]);

/**
 * Values as `Warehouse` has them: instants as ISO 8601 UTC, dates as `yyyy-MM-dd`, integers as numbers (as text beyond 2^53).
 *
 * Sessions are in UTC with ISO dates, which the parsers rely on.
 */
export const PLAIN_TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): TextParser {
    const plain = format === 'binary' ? undefined : PLAIN.get(oid);
    return plain ?? driversOwn(oid, format);
  },
};

function numberOf(text: string): number | string {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
}

/** `infinity` and years before Christ stay text. */
function instantOf(text: string): string {
  const instant = new Date(`${text.replace(' ', 'T').replace(/\+00$/, '')}Z`);
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString();
}
