import { publishedTables, type PublishedType } from './publishedTables.js';

/** How each database writes a value as text, the same in both, bit for bit. */
const TEXT: Readonly<Record<'duckdb' | 'postgres', Readonly<Record<PublishedType, (column: string) => string>>>> = {
  duckdb: {
    VARCHAR: (column) => column,
    BIGINT: (column) => `CAST(${column} AS VARCHAR)`,
    DOUBLE: (column) => `CAST(CAST(CAST(${column} AS BIT) AS BIGINT) AS VARCHAR)`,
    BOOLEAN: (column) => `CAST(CAST(${column} AS INTEGER) AS VARCHAR)`,
    DATE: (column) => `CAST(${column} - DATE '1970-01-01' AS VARCHAR)`,
    TIMESTAMPTZ: (column) => `CAST(epoch_us(${column}) AS VARCHAR)`,
  },
  postgres: {
    VARCHAR: (column) => `${column}::text`,
    BIGINT: (column) => `${column}::text`,
    DOUBLE: (column) => `('x' || encode(float8send(${column}), 'hex'))::bit(64)::bigint::text`,
    BOOLEAN: (column) => `${column}::int::text`,
    DATE: (column) => `(${column} - DATE '1970-01-01')::text`,
    TIMESTAMPTZ: (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`,
  },
};

/** Begins what is sealed, so that contents made by other rules are never compared with these. */
const VERSION = 'md5-1:';

/** Unit and date are what rows are summed by; the others cost more than they tell, and of the landing its first digits do. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'management_unit_id',
  'local_date',
  'window_id',
  'loaded_at',
  'landing_sha256',
]);
const LANDING_DIGITS = 8;

/**
 * SQL of an aggregate that tells whether rows of a fact table are the same as others, in whatever order: the sum of 60 bits of each
 * row's MD5, over what Genesys's answer filled and the landing that it came in. To be grouped by unit and date. Sums can be subtracted,
 * as counts can.
 *
 * Finds what somebody changed with other tools. It is no proof against who constructs rows of an equal sum: that is what the landings
 * are for.
 *
 * @param alias of the table in the query.
 */
export function contentsSql(dialect: 'duckdb' | 'postgres', table: string, alias: string): string {
  const columns = publishedTables({ names: false }).find((published) => published.table === table)?.columns ?? [];
  const texts = columns
    .filter(([name]) => !LEFT_OUT.has(name))
    // A value that is missing is none that a text can be.
    .map(([name, type]) => `coalesce(${TEXT[dialect][type](`${alias}.${name}`)}, chr(30))`);
  texts.push(`substr(${alias}.landing_sha256, 1, ${LANDING_DIGITS})`);
  const digits = `substr(md5(concat_ws(chr(31), ${texts.join(', ')})), 1, 15)`;
  return dialect === 'duckdb'
    ? `'${VERSION}' || CAST(sum(CAST('0x' || ${digits} AS BIGINT)) AS VARCHAR)`
    : `'${VERSION}' || sum(('x' || ${digits})::bit(60)::bigint)::text`;
}
