import { claimFeed, requireFeed, writeFeed } from './liveFeedRow.js';
import { readLastGaps, readOpenGaps, writeGaps } from './liveGapRows.js';
import { writeAdherence, writeLeft, writeStatuses } from './liveRows.js';
import type { LiveSql } from './liveSql.js';
import type { LiveStore } from './liveStore.js';

/** How a database runs something in a transaction. */
export interface LiveTransactions {
  readonly write: <Result>(use: (sql: LiveSql) => Promise<Result>) => Promise<Result>;
  readonly read: <Result>(use: (sql: LiveSql) => Promise<Result>) => Promise<Result>;
}

/** What a live store does, over the transactions of one database. */
export function liveTransactions({
  write,
  read,
}: LiveTransactions): Pick<LiveStore, 'claim' | 'write' | 'gaps' | 'openGaps' | 'query'> {
  return {
    claim: (claimed) => write((sql) => claimFeed(sql, claimed)),
    write: (takeOver, batch) =>
      write(async (sql) => {
        await requireFeed(sql, takeOver);
        await writeLeft(sql, takeOver, batch.left ?? []);
        const adherence = await writeAdherence(sql, takeOver, batch.adherence);
        const statuses = await writeStatuses(sql, takeOver, batch.statuses);
        await writeGaps(sql, batch.gaps);
        await writeFeed(sql, batch);
        return { adherence, statuses };
      }),
    gaps: (last) => read((sql) => readLastGaps(sql, last)),
    openGaps: async () => (await read(readOpenGaps)).length,
    query: (text) => read((sql) => sql.rows(text)),
  };
}
