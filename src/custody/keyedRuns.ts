import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Characters that one collection of records keeps in memory before it writes them to the disk as a sorted run. */
const RUN_CHARACTERS = 8_000_000;
const READ_BYTES = 64 * 1024;
const WRITE_LINES = 4096;

/** A directory for sorted runs, made when the first is written, mode 0700. */
export class Scratch {
  private directory: string | null = null;
  private files = 0;

  /** Path of a new file. */
  newFile(): string {
    this.directory ??= mkdtempSync(join(tmpdir(), 'rosterline-verify-'));
    return join(this.directory, String(++this.files));
  }

  remove(): void {
    if (this.directory !== null) rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * Records under a key, taken in any order and given back sorted by key, in memory that does not grow with their number: what does not
 * fit is sorted in runs on the disk, and runs are merged as they are read.
 *
 * Records of one key come in no particular order. Keys are compared as JSON texts, by UTF-16 code units.
 */
export class KeyedRuns<Fields extends readonly unknown[]> {
  private readonly runs: string[] = [];
  private lines: string[] = [];
  private characters = 0;

  constructor(private readonly scratch: Scratch) {}

  add(key: string, ...fields: Fields): void {
    // A JSON text ends in the one quote that is not escaped, so no key's text begins another's, and a tab cannot be part of it.
    const line = `${JSON.stringify(key)}\t${JSON.stringify(fields)}`;
    this.lines.push(line);
    this.characters += line.length;
    if (this.characters > RUN_CHARACTERS) this.writeRun();
  }

  /** All records by key; may be read again. */
  *sorted(): Generator<{ readonly text: string; readonly fields: Fields }> {
    this.lines.sort();
    for (const line of merged([...this.runs.map(readLines), this.lines.values()])) {
      const tab = line.indexOf('\t');
      yield { text: line.slice(0, tab), fields: JSON.parse(line.slice(tab + 1)) as Fields };
    }
  }

  private writeRun(): void {
    const path = this.scratch.newFile();
    const file = openSync(path, 'wx', 0o600);
    try {
      this.lines.sort();
      for (let at = 0; at < this.lines.length; at += WRITE_LINES) {
        writeWhole(file, Buffer.from(`${this.lines.slice(at, at + WRITE_LINES).join('\n')}\n`, 'utf8'));
      }
    } finally {
      closeSync(file);
    }
    this.runs.push(path);
    this.lines = [];
    this.characters = 0;
  }
}

/** The key that a record's text stands for. */
export function keyOfText(text: string): string {
  return JSON.parse(text) as string;
}

/** Records of several collections, key by key: for each collection those of the key, empty where it has none. */
export function* byKey<Collections extends readonly (readonly unknown[])[]>(
  ...collections: { [At in keyof Collections]: KeyedRuns<Collections[At]> }
): Generator<{ readonly key: string; readonly found: { [At in keyof Collections]: Collections[At][] } }> {
  const sources = (collections as KeyedRuns<readonly unknown[]>[]).map((collection) => collection.sorted());
  const next = sources.map((source) => source.next());
  for (;;) {
    let text: string | null = null;
    for (const { done, value } of next) if (!done && (text === null || value.text < text)) text = value.text;
    if (text === null) return;
    const found = sources.map((source, at) => {
      const records: (readonly unknown[])[] = [];
      for (let record = next[at]; record?.done === false && record.value.text === text; record = next[at]) {
        records.push(record.value.fields);
        next[at] = source.next();
      }
      return records;
    });
    yield { key: keyOfText(text), found: found as { [At in keyof Collections]: Collections[At][] } };
  }
}

/** Merges sorted lines: a binary heap of the sources, by the line that each is at. */
function* merged(sources: readonly Iterator<string>[]): Generator<string> {
  const heap: { line: string; source: Iterator<string> }[] = [];
  for (const source of sources) {
    const first = source.next();
    if (first.done !== true) heap.push({ line: first.value, source });
  }
  heap.sort((a, b) => (a.line < b.line ? -1 : 1));
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.line;
    const next = top.source.next();
    if (next.done !== true) {
      top.line = next.value;
    } else {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      heap[0] = last;
    }
    sink(heap);
  }
}

/** Moves the first element of a heap down to where it belongs. */
function sink(heap: { line: string }[]): void {
  const moved = heap[0];
  if (moved === undefined) return;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const isRight = right !== undefined && left !== undefined && right.line < left.line;
    const child = isRight ? right : left;
    if (child === undefined || moved.line <= child.line) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = moved;
}

/** Lines of a file; read as they are asked for, so that many runs are merged with a buffer each. */
function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const [bytes, decoder] = [Buffer.allocUnsafe(READ_BYTES), new StringDecoder('utf8')];
    let rest = '';
    for (let read = readSync(file, bytes); read > 0; read = readSync(file, bytes)) {
      const lines = (rest + decoder.write(bytes.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
}
