import { type LocalDate, windowId } from '../domain/exportWindow.js';
import { type DayFacts, type DecidedDay, decideDays } from './decideDays.js';
import type { StagedTable } from './staging/stageWindow.js';
import type { CoverageDay, LoadedWindow, WindowLoad } from './warehouse.js';
import { coverageAfter, type LoadOutcome, type NewSeal, sealPathOf, writtenSeal } from './windowSeal.js';

/** What a database does of a load, all in the load's transaction; each is asked for once, in this order. */
export interface LoadTransaction {
  dayFacts(): Promise<DayFacts>;
  /** An instant after the last load's: `loadedAfter`. */
  nextLoadedAt(): Promise<string>;
  nextSealNumber(windowId: string, numbersTaken: readonly number[]): Promise<number>;
  /** @param by path of the load's seal. */
  replaceRows(
    decided: readonly DecidedDay[],
    superseding: { readonly at: string; readonly by: string },
  ): Promise<Pick<LoadOutcome, 'changes' | 'taken' | 'supersedes'>>;
  followFormula(formula: unknown): Promise<void>;
  dayContents(decided: readonly DecidedDay[]): Promise<ReadonlyMap<LocalDate, Record<string, string>>>;
  addSeal(seal: NewSeal): Promise<void>;
  writeCoverage(days: readonly CoverageDay[]): Promise<void>;
}

/** Makes the window's days what its staged answer says: rows, seal and coverage, the same in every database. */
export async function writeLoad(
  load: WindowLoad,
  staged: readonly StagedTable[],
  transaction: LoadTransaction,
): Promise<LoadedWindow> {
  const decided = decideDays(load, staged, await transaction.dayFacts());
  const loadedAt = await transaction.nextLoadedAt();
  const number = await transaction.nextSealNumber(windowId(load.window), load.seal.numbersTaken);
  const replaced = await transaction.replaceRows(decided, { at: loadedAt, by: sealPathOf(load, number) });
  await transaction.followFormula(load.seal.settings['formula']);

  const contents = await transaction.dayContents(decided);
  const { text, ...loaded } = writtenSeal(load, staged, decided, { number, loadedAt, contents, ...replaced });
  const { seal, sealPath, sealSha256 } = loaded;
  await transaction.addSeal({ path: sealPath, sha256: sealSha256, content: text, windowId: seal.windowId, number });
  await transaction.writeCoverage(decided.map((day) => coverageAfter(load, day, sealPath)));
  return loaded;
}
