import { z } from 'zod';
import type { MetadataRow } from '../domain/sync/syncFacts.js';
import { metadataRow } from '../domain/sync/metadataRow.js';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';
import { LARGEST_PAGE, type Page, pageAnswer, pageOf } from './page.js';

/** A data table and its columns, `key` among them. */
export interface DataTable {
  readonly id: string;
  readonly name: string;
  /** `type` as JSON Schema has it: `string`, `integer`, `number`, `boolean`; null where the schema does not say. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[];
}

/** A row of a data table. */
export interface DataTableRow {
  readonly key: string;
  /** Null where it does not have what a trunk's metadata has. */
  readonly row: MetadataRow | null;
  /** The row as it is, columns that are not the sync's too. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Architect's data tables. They have no versions: the last write wins. */
export interface DataTableCalls {
  dataTables(pageNumber: number): Promise<ApiAnswer<Page<{ id: string; name: string }>>>;
  dataTable(tableId: string): Promise<ApiAnswer<DataTable>>;
  dataTableRows(tableId: string, pageNumber: number): Promise<ApiAnswer<Page<DataTableRow>>>;
  /**
   * Replaces a row. Columns of `before` that are not the sync's are sent back as they were.
   *
   * @throws Failure `Conflict` where the row is no longer there.
   */
  putDataTableRow(tableId: string, row: MetadataRow, before?: DataTableRow['raw']): Promise<ApiAnswer<null>>;
  /** @throws Failure `Conflict` where there is a row of this key already. */
  addDataTableRow(tableId: string, row: MetadataRow): Promise<ApiAnswer<null>>;
}

const id = z.string().min(1);

export const TableAnswer = z.object({
  id,
  name: z.string(),
  schema: z.object({ properties: z.record(z.string(), z.object({ type: z.string().nullish().catch(null) })) }),
});

/** `key` is the column by which Genesys tells rows apart; what else there is differs from table to table. */
const RowAnswer = z.looseObject({ key: z.string() });

export function dataTableCalls({ sdk, make }: LaneCalls): DataTableCalls {
  const { architect } = sdk;
  return {
    async dataTables(pageNumber) {
      const endpoint = ENDPOINTS.dataTables;
      const answer = await make(endpoint, () => architect.getFlowsDatatables({ pageNumber, pageSize: LARGEST_PAGE }));
      const list = decoded(pageAnswer(z.object({ id, name: z.string() })), answer, endpoint);
      return answered(
        answer,
        pageOf(list, pageNumber, (table) => table),
      );
    },

    async dataTable(tableId) {
      const endpoint = ENDPOINTS.dataTable;
      const answer = await make(endpoint, () => architect.getFlowsDatatable(tableId, { expand: 'schema' }));
      const { schema, ...table } = decoded(TableAnswer, answer, endpoint);
      const columns = Object.entries(schema.properties).map(([name, { type }]) => ({ name, type: type ?? null }));
      return answered(answer, { ...table, columns });
    },

    async dataTableRows(tableId, pageNumber) {
      const endpoint = ENDPOINTS.dataTableRows;
      // Rows are brief unless told otherwise: the key alone.
      const answer = await make(endpoint, () =>
        architect.getFlowsDatatableRows(tableId, { pageNumber, pageSize: LARGEST_PAGE, showbrief: false }),
      );
      const list = decoded(pageAnswer(RowAnswer), answer, endpoint);
      return answered(
        answer,
        pageOf(list, pageNumber, (raw) => ({ key: raw.key, row: metadataRow(raw), raw })),
      );
    },

    async putDataTableRow(tableId, row, before = {}) {
      const answer = await make(ENDPOINTS.putDataTableRow, () =>
        architect.putFlowsDatatableRow(tableId, row.key, { body: { ...before, ...row } }),
      );
      return answered(answer, null);
    },

    async addDataTableRow(tableId, row) {
      const answer = await make(ENDPOINTS.addDataTableRow, () => architect.postFlowsDatatableRows(tableId, { ...row }));
      return answered(answer, null);
    },
  };
}
