import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ExportWindow } from '../src/domain/exportWindow.js';
import type { ResultDocument } from './resultDocuments.js';

/** What a process that only slices is told. */
export interface SliceAlone {
  readonly objects: string;
  readonly window: ExportWindow;
  readonly document: ResultDocument;
  readonly ndjsonPath: string;
}

/** What it found. `idleBytes`: resident after everything was imported, before anything was read. */
export interface SlicedAlone {
  readonly seconds: number;
  /** Of all its threads: what it costs, whoever else has the machine. */
  readonly processorSeconds: number;
  readonly elements: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
}

/** Cuts a landing into lines in a process of its own, which imports all that a load's slicing needs and nothing of DuckDB's work. */
export async function sliceAlone(input: SliceAlone): Promise<SlicedAlone> {
  const child = fork(fileURLToPath(new URL('sliceProcess.ts', import.meta.url)), [JSON.stringify(input)]);
  const found = await Promise.race([
    once(child, 'message').then(([message]) => message as SlicedAlone),
    once(child, 'exit').then(() => null),
  ]);
  if (!found) throw new Error('the process that slices ended without a result');
  return found;
}
