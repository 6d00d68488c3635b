import type { DatasetName } from './exportWindow.js';

/**
 * How a dataset's landings become rows: plain data, run by a warehouse.
 *
 * The slicer turns each landing into NDJSON lines `{"landing","item","position","doc"}`, one an element of `sliceArray`, and hands
 * over the rest of each envelope. The warehouse then makes these temporary tables, on which the SQL below (DuckDB's dialect) relies:
 *
 * - `raw(landing TEXT, item BIGINT, position BIGINT, doc STRUCT as in docType)`
 * - `item(landing TEXT, item BIGINT, base TIMESTAMPTZ, covered_until TIMESTAMPTZ, envelope JSON)`
 * - `asked(window_id, management_unit_id, business_unit_id, time_zone, start_at, end_at, formula)`: one row
 * - `setting(name TEXT, value TEXT)`: the seal's settings
 * - `asked_day(local_date DATE, day_start TIMESTAMPTZ, day_end TIMESTAMPTZ, length_seconds BIGINT)`
 *
 * and adds `window_id`, `landing_sha256` and `loaded_at` to what `rowsSql` selects. It may also read what it names in
 * `reads`, such as the view `present_agent(user_id, management_unit_id)`.
 */
export interface DatasetLoad {
  readonly dataset: DatasetName;
  /** Name of the array, anywhere in a document, whose elements become lines. */
  readonly sliceArray: string;
  /** DuckDB type of one element, for `read_json(columns = …)`; only fields that we load. */
  readonly docType: string;
  /** Statements that must return no row. A row is a violation: `{path, problem}`; the first is shown. */
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
  readonly tables: readonly TableLoad[];
  /**
   * Selects the `local_date`s that count as answered when the window has no landing because there was nobody to ask for.
   * Without it, a window with no landing covers nothing.
   */
  readonly nobodyToAskSql?: string;
  /** Tables and views of the warehouse that the SQL reads. A warehouse elsewhere copies what it has of them beside the answer. */
  readonly reads?: readonly WarehouseTable[];
}

/** What a dataset's SQL may read of the warehouse: every unit's adherence about the window, present agents, the unit's coverage. */
export type WarehouseTable = 'adherence_day' | 'present_agent' | 'coverage';

/** One fact table of a dataset. */
export interface TableLoad {
  readonly table: string;
  /** Key columns: unique over the whole table, asserted before commit. */
  readonly key: readonly string[];
  /**
   * `SELECT landing, local_date, left_because, <every other column but window_id, landing_sha256, loaded_at>`.
   *
   * `left_because` is NULL for a row to load; otherwise the row stays in the landing, counted under that name in the seal's
   * `leftInLanding`, and its other columns may be NULL. `otherUnit` has its key: rows that the window's unit has under it stay until
   * the other unit's load takes them.
   */
  readonly rowsSql: string;
  /** Whether distinct `user_id`s of this table decide that a day lost agents (`Shrunk`). */
  readonly countsAgents: boolean;
  /**
   * Whether a row is one user's time from `interval_start` to `interval_end`, so that rows of two units which overlap count the time
   * twice though their keys differ. The key is then the user and the start.
   */
  readonly intervals?: true;
  /**
   * Name of a setting of the seal. Where it is `false` these rows were not asked for: the table's rows of the days stay as they are,
   * because an answer that leaves them out says nothing of them.
   */
  readonly onlyWhen?: string;
}
