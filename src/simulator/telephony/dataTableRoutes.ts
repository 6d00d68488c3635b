import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api/apiError.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { type DataTable, type DataTableRow, dataTableSchema, readRow } from './dataTables.js';
import { type PageQuery, pageOf } from './pageOf.js';

const TABLES = '/api/v2/flows/datatables';

interface TableCall {
  Params: { datatableId: string };
  Querystring: PageQuery & { showbrief?: string; expand?: string; name?: string };
}
interface RowCall extends TableCall {
  Params: { datatableId: string; rowId: string };
}

/**
 * Architect data tables and their rows. Lists of rows show keys alone unless `showbrief=false`. Rows have no version: the last
 * write wins. The schema stands in a table where `expand=schema` asks for it.
 */
export function dataTableRoutes(api: FastifyInstance, { telephony, organisation }: SimulatorContext): void {
  api.get<TableCall>(TABLES, ({ query }) =>
    pageOf(
      telephony.tables.filter((table) => query.name === undefined || table.name === query.name),
      query,
      TABLES,
      (table) => tableBody(table, query.expand),
    ),
  );
  api.get<TableCall>(`${TABLES}/:datatableId`, ({ params, query }) =>
    tableBody(tableOf(params.datatableId), query.expand),
  );
  api.get<TableCall>(`${TABLES}/:datatableId/rows`, ({ params, query }) => {
    const table = tableOf(params.datatableId);
    const rows = [...table.rows.values()].sort((one, other) => (String(one['key']) < String(other['key']) ? -1 : 1));
    return pageOf(rows, query, `${TABLES}/${table.id}/rows`, (row) => shown(row, query.showbrief));
  });
  api.post<TableCall>(`${TABLES}/:datatableId/rows`, (request) => {
    const table = tableOf(request.params.datatableId);
    const row = readRow(table, request.body);
    const key = String(row['key']);
    if (table.rows.has(key))
      throw new ApiError(409, 'flows.datatables.not.unique', `There is a row with the key ${key} already`);
    telephony.writeRow(table, key, row, { kind: 'client', id: request.clientId });
    return row;
  });
  api.get<RowCall>(`${TABLES}/:datatableId/rows/:rowId`, ({ params, query }) =>
    shown(rowOf(tableOf(params.datatableId), params.rowId), query.showbrief),
  );
  api.put<RowCall>(`${TABLES}/:datatableId/rows/:rowId`, (request) => {
    const table = tableOf(request.params.datatableId);
    rowOf(table, request.params.rowId);
    const row = readRow(table, request.body);
    if (row['key'] !== request.params.rowId)
      throw new ApiError(400, 'flows.datatables.syntax.error', "The row's key is not the one in the path");
    telephony.writeRow(table, request.params.rowId, row, { kind: 'client', id: request.clientId });
    return row;
  });
  api.delete<RowCall>(`${TABLES}/:datatableId/rows/:rowId`, (request, reply) => {
    const table = tableOf(request.params.datatableId);
    rowOf(table, request.params.rowId);
    telephony.writeRow(table, request.params.rowId, null, { kind: 'client', id: request.clientId });
    return reply.code(204).send();
  });

  function tableOf(id: string): DataTable {
    const table = telephony.tables.find((known) => known.id === id);
    if (!table) throw new ApiError(404, 'flows.datatables.table.not.found', `The data table ${id} was not found`);
    return table;
  }

  function tableBody(table: DataTable, expand: string | undefined) {
    const { id, name, description } = table;
    return {
      id,
      name,
      division: { id: organisation.divisionId, name: 'Home' },
      description,
      ...(expand?.split(',').includes('schema') ? { schema: dataTableSchema(table) } : {}),
      selfUri: `${TABLES}/${id}`,
    };
  }
}

function rowOf(table: DataTable, key: string): DataTableRow {
  const row = table.rows.get(key);
  if (!row) throw new ApiError(404, 'flows.datatables.row.not.found', `There is no row with the key ${key}`);
  return row;
}

function shown(row: DataTableRow, showbrief = 'true'): DataTableRow {
  return showbrief === 'false' ? row : { key: row['key'] ?? '' };
}
