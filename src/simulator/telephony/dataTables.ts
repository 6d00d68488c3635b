import { ApiError } from '../api/apiError.js';
import { seededUuid } from '../data/seededRandom.js';

export type DataTableRow = Readonly<Record<string, string | number | boolean>>;

interface Column {
  readonly name: string;
  readonly title: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
}

/** An Architect data table: columns, and rows by the value of `key`. */
export interface DataTable {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly rows: Map<string, DataTableRow>;
}

const TRUNK_COLUMNS: readonly Column[] = [
  { name: 'key', title: 'Trunk base', type: 'string' },
  { name: 'carrier', title: 'carrier', type: 'string' },
  { name: 'schedule_id', title: 'schedule_id', type: 'string' },
  { name: 'schedule_version', title: 'schedule_version', type: 'integer' },
  { name: 'agents_available', title: 'agents_available', type: 'integer' },
  { name: 'calls_wanted', title: 'calls_wanted', type: 'integer' },
  { name: 'role', title: 'role', type: 'string' },
  { name: 'effective_from', title: 'effective_from', type: 'string' },
  { name: 'effective_to', title: 'effective_to', type: 'string' },
  { name: 'content_hash', title: 'content_hash', type: 'string' },
];

/** The table of trunks' metadata, still empty, and another that has nothing to do with them. */
export function dataTablesOf(seed: number): DataTable[] {
  return [
    {
      id: seededUuid(seed, 'data table', 'trunks'),
      name: 'Trunk routing',
      description: 'What is known of each trunk; written by the trunk sync',
      columns: TRUNK_COLUMNS,
      rows: new Map(),
    },
    {
      id: seededUuid(seed, 'data table', 'holidays'),
      name: 'Public holidays',
      description: 'Days on which the lines are closed',
      columns: [
        { name: 'key', title: 'Date', type: 'string' },
        { name: 'greeting', title: 'Greeting', type: 'string' },
        { name: 'closed', title: 'Closed', type: 'boolean' },
      ],
      rows: new Map([['2026-08-09', { key: '2026-08-09', greeting: 'National Day', closed: true }]]),
    },
  ];
}

/** The JSON schema that the API shows of a table. */
export function dataTableSchema(table: DataTable): Record<string, unknown> {
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    title: table.name,
    type: 'object',
    required: ['key'],
    properties: Object.fromEntries(
      table.columns.map(({ name, title, type }, displayOrder) => [
        name,
        { title, type, $id: `/properties/${name}`, displayOrder, ...(type === 'string' ? { maxLength: 36_000 } : {}) },
      ]),
    ),
    additionalProperties: false,
  };
}

/**
 * Reads a row as somebody sent it. Columns that are left out have their type's own nothing afterwards.
 *
 * @throws ApiError 400 `flows.datatables.syntax.error` (which code it is exactly, is a guess) naming the column.
 */
export function readRow(table: DataTable, body: unknown): DataTableRow {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const refuse = (why: string): ApiError => new ApiError(400, 'flows.datatables.syntax.error', why);
  const unknown = Object.keys(given).find((name) => !table.columns.some((column) => column.name === name));
  if (unknown !== undefined) throw refuse(`The table ${table.name} has no column ${unknown}`);
  if (typeof given['key'] !== 'string' || given['key'] === '') throw refuse('The row has no key');
  return Object.fromEntries(
    table.columns.map(({ name, type }) => {
      const value = given[name] ?? nothingOf(type);
      const isRight = type === 'integer' ? Number.isInteger(value) : typeof value === type;
      if (!isRight) throw refuse(`The column ${name} takes a value of the type ${type}`);
      return [name, value as string | number | boolean];
    }),
  );
}

function nothingOf(type: Column['type']): string | number | boolean {
  if (type === 'string') return '';
  return type === 'boolean' ? false : 0;
}
