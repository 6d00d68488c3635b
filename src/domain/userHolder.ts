/**
 * SQL condition that a row of `adherence_day` says that its unit held the user of a row `of` (`user_id`, `interval_start`) at the start
 * of its interval: by the unit's own local day, whatever zone the row comes from. The same in DuckDB and Postgres.
 *
 * Of several such units the lowest id holds the user; where there is none, the unit that the user is in at present.
 */
export function holdsSql(of: string): string {
  return `adherence_day.user_id = ${of}.user_id AND ${of}.interval_start >= adherence_day.day_start
      AND ${of}.interval_start < adherence_day.day_start + adherence_day.day_length_seconds * INTERVAL '1 second'`;
}
