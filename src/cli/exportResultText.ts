import type { HistoryExportResult } from '../domain/historyExportResult.js';
import { describeChanges } from '../domain/rowChanges.js';
import { duration } from './progressText.js';
import { textTable } from './textTable.js';

/** What an export did, in a few lines: what was planned beside what came of it. One line when there was nothing to do. */
export function describeResult(result: HistoryExportResult): string[] {
  const { from, to } = result.range;
  if (result.planned?.windows === 0)
    return [
      `nothing to do: every day asked for (${from} to ${to}, exclusive) is there already; ${result.calls.made} API calls; ${result.head === '' ? 'no chain yet' : `chain head ${result.head}`}`,
    ];
  const tables = Object.entries(result.rows).map(([table, rows]) => `${rows.toLocaleString('en')} ${table}`);
  const changes = describeChanges(result.changes ?? {});
  const status = result.status === 'complete' ? 'complete' : 'complete with gaps';
  return [
    `${status}: ${from} to ${to} (exclusive), ${result.windows} windows; ${tables.join(', ')}`,
    ...(changes === null ? [] : [changes]),
    ...besidePlanned(result),
    ...result.gaps.map(
      ({ dataset, managementUnitId, from: first, to: end, reason, message }) =>
        `gap: ${dataset} of ${managementUnitId}, ${first} to ${end}: ${reason}: ${message}`,
    ),
    ...(result.manifest === null ? [] : [`manifest ${result.manifest}, chain head ${result.head}`]),
  ];
}

function besidePlanned({ planned, windows, rows, calls, seconds }: HistoryExportResult): string[] {
  const loaded = Object.values(rows).reduce((sum, count) => sum + count, 0);
  return textTable(
    ['', 'planned', 'actual'],
    [
      ['windows', planned?.windows, windows],
      ['rows', planned?.rowsExpected, loaded],
      ['API calls', planned?.calls.expected, calls.made],
      ['the fewest', planned?.calls.minimum, calls.minimum],
      ['time', planned && duration(planned.secondsExpected * 1000), duration(seconds * 1000)],
    ],
  );
}
