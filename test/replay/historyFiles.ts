import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { History, HistoryEvent } from '../support/historyTexts.js';
import { historyFromJson, type HistoryJson } from './historyJson.js';

const DIRECTORY = fileURLToPath(new URL('histories/', import.meta.url));
/** Says with what the histories were recorded; stands beside them. */
const MANIFEST = 'manifest.json';

/** With what a set of histories was recorded. */
export interface Manifest {
  /** Version of Rosterline. */
  readonly rosterline: string;
  /** Version of Temporal's SDK. */
  readonly sdk: string;
  /** Version of the Temporal server. */
  readonly server: string;
  /** Number of events, by file. */
  readonly events: Readonly<Record<string, number>>;
}

/** A recorded history that was read. */
export interface RecordedHistory {
  readonly file: string;
  readonly workflowId: string;
  readonly type: string;
  readonly history: History;
  readonly events: readonly HistoryEvent[];
}

/** Every history that is kept, by the names of their files. */
export function readHistories(): RecordedHistory[] {
  return historyFiles().map((file) => {
    const history = historyFromJson(JSON.parse(textOfHistory(file)));
    const events = history.events ?? [];
    const started = events[0]?.workflowExecutionStartedEventAttributes;
    return { file, workflowId: started?.workflowId ?? '', type: started?.workflowType?.name ?? '', history, events };
  });
}

/** Names of the files that hold histories, sorted. */
export function historyFiles(): string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json') && file !== MANIFEST)
    .sort();
}

/** The file as it is. */
export function textOfHistory(file: string): string {
  return readFileSync(join(DIRECTORY, file), 'utf8');
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(DIRECTORY, MANIFEST), 'utf8')) as Manifest;
}

/** What is in the files, by their names, to be written again. */
export function keptHistories(): Record<string, HistoryJson> {
  return Object.fromEntries(historyFiles().map((file) => [file, JSON.parse(textOfHistory(file)) as HistoryJson]));
}

/** Puts these in the place of all histories there are, a line an event. */
export function writeHistories(
  histories: Readonly<Record<string, HistoryJson>>,
  versions: Omit<Manifest, 'events'>,
): void {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const files = Object.entries(histories).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [file, { events }] of files) {
    const lines = events.map((event) => JSON.stringify(event)).join(',\n');
    writeFileSync(join(DIRECTORY, file), `{"events":[\n${lines}\n]}\n`);
  }
  const events = Object.fromEntries(files.map(([file, history]) => [file, history.events.length]));
  writeFileSync(join(DIRECTORY, MANIFEST), `${JSON.stringify({ ...versions, events }, null, 2)}\n`);
}
