import { Failure } from '../domain/failure.js';
import { ByteBuffer } from './byteBuffer.js';
import { EnvelopeKeeper } from './envelopeKeeper.js';
import { ACTION, FIRST_ACTION, STATE, TRANSITIONS } from './jsonLexer.js';

/** Most bytes of one element, and of everything outside the arrays: DuckDB's own default for one JSON object is 16 MiB. */
const MAX_PIECE_BYTES = 16 * 1024 * 1024 - 4096;

/** Deepest nesting followed; Genesys's documents have less than ten levels. */
const MAX_DEPTH = 512;

/** Who takes what the slicer finds. `item` counts the arrays in the order in which they start. */
export interface SliceSink {
  /** One element's bytes as received, without blanks around it; valid during the call only. */
  element(bytes: Uint8Array, item: number, position: number): void;
  /** The other fields of the object that held the array, as JSON text. */
  envelope(text: string, item: number): void;
}

/**
 * Cuts a JSON document, as its bytes stream by, into the elements of every array named `sliceArray` and the objects around them.
 *
 * The array may be at any depth, its object's other fields before or after it, chunks cut anywhere. Memory is one element plus one
 * envelope, whatever the document's size. The whole document's syntax is checked on the way; UTF-8 is not.
 *
 * @throws Failure `Corrupt` from `push` and `end`, with the byte's position, where the document is malformed or cut short.
 */
export class Slicer {
  readonly #name: string;
  readonly #sink: SliceSink;

  #state: number = STATE.value;
  #depth = 0;
  /** 1 where the container of that depth is an object. */
  readonly #isObject = new Uint8Array(MAX_DEPTH + 1);
  /** Bytes of the chunks before this one. */
  #consumed = 0;

  readonly #outside = new EnvelopeKeeper();
  #arrayExpected = false;

  #items = 0;
  #item = 0;
  #position = 0;
  #inArray = false;
  #arrayDepth = 0;
  /** Bytes of an element that began in an earlier chunk. */
  readonly #carry = new ByteBuffer(4096);

  constructor(sliceArray: string, sink: SliceSink) {
    this.#name = sliceArray;
    this.#sink = sink;
  }

  /** Arrays found so far. */
  get items(): number {
    return this.#items;
  }

  push(chunk: Uint8Array): void {
    const table = TRANSITIONS;
    const length = chunk.length;
    let state = this.#state;
    /** Start of the bytes of this chunk that belong to the element or the envelope being read. */
    let from = 0;
    for (let index = 0; index < length; index++) {
      const next = table[(state << 8) | (chunk[index] as number)] as number;
      if (next < FIRST_ACTION) {
        state = next;
        continue;
      }
      switch (next) {
        case ACTION.keyStart:
          state = STATE.keyText;
          if (this.#inArray) break;
          this.#outside.keyStarts(index - from);
          break;
        case ACTION.keyEnd:
          state = STATE.colon;
          if (this.#inArray) break;
          from = this.#keep(chunk, from, index + 1);
          this.#arrayExpected = this.#isSliceKey();
          break;
        case ACTION.openObject:
          state = STATE.firstKey;
          this.#open(1, index);
          if (this.#inArray) break;
          this.#arrayExpected = false;
          this.#outside.objectStarts(index - from);
          break;
        case ACTION.openArray:
          state = STATE.firstElement;
          this.#open(0, index);
          if (this.#inArray || !this.#arrayExpected) break;
          this.#keep(chunk, from, index);
          this.#startArray(index);
          from = index + 1;
          break;
        case ACTION.comma:
          if (this.#depth === 0) throw this.#malformed(index);
          state = this.#isObject[this.#depth] === 1 ? STATE.key : STATE.value;
          if (!this.#inArray) from = this.#commaOutside(chunk, from, index);
          else if (this.#depth === this.#arrayDepth) {
            this.#element(chunk, from, index);
            from = index + 1;
          }
          break;
        case ACTION.closeObject:
          state = STATE.after;
          this.#close(1, index);
          if (!this.#inArray) from = this.#closeObjectOutside(chunk, from, index);
          break;
        case ACTION.closeArray:
          if (this.#inArray && this.#depth === this.#arrayDepth && this.#isObject[this.#depth] === 0) {
            if (state !== STATE.firstElement) this.#element(chunk, from, index);
            this.#carry.truncate(0);
            this.#inArray = false;
            from = index + 1;
          }
          state = STATE.after;
          this.#close(0, index);
          break;
        default:
          throw this.#malformed(index);
      }
    }
    this.#state = state;
    this.#keepRest(chunk, from);
    this.#consumed += length;
  }

  /** Says that the document has ended. */
  end(): void {
    const complete =
      this.#state === STATE.after ||
      this.#state === STATE.zero ||
      this.#state === STATE.integer ||
      this.#state === STATE.fraction ||
      this.#state === STATE.exponentDigits;
    if (this.#depth === 0 && complete) return;
    throw new Failure('Corrupt', `the JSON document ends unfinished at byte ${this.#consumed}`);
  }

  #startArray(index: number): void {
    if (!this.#outside.arrayStarts(this.#items)) {
      throw new Failure('Corrupt', `a second "${this.#name}" in one object, at byte ${this.#consumed + index}`);
    }
    this.#item = this.#items++;
    this.#position = 0;
    this.#arrayExpected = false;
    this.#inArray = true;
    this.#arrayDepth = this.#depth;
  }

  #commaOutside(chunk: Uint8Array, from: number, index: number): number {
    this.#arrayExpected = false;
    if (this.#isObject[this.#depth] !== 1 || !this.#outside.commaGoes(index - from)) return from;
    this.#keep(chunk, from, index);
    return index + 1;
  }

  #closeObjectOutside(chunk: Uint8Array, from: number, index: number): number {
    this.#arrayExpected = false;
    const next = this.#keep(chunk, from, index + 1);
    const ended = this.#outside.objectEnds();
    if (ended) this.#sink.envelope(ended.text, ended.item);
    return next;
  }

  #element(chunk: Uint8Array, from: number, to: number): void {
    let bytes: Uint8Array;
    if (this.#carry.length > 0) {
      this.#carry.append(chunk, from, to);
      bytes = trimmed(this.#carry.view());
    } else bytes = trimmed(chunk.subarray(from, to));
    this.#requireSize(bytes.length);
    this.#sink.element(bytes, this.#item, this.#position++);
    this.#carry.truncate(0);
  }

  #keep(chunk: Uint8Array, from: number, to: number): number {
    this.#outside.keep(chunk, from, to);
    this.#requireSize(this.#outside.length);
    return to;
  }

  #keepRest(chunk: Uint8Array, from: number): void {
    if (this.#inArray) {
      this.#carry.append(chunk, from);
      this.#requireSize(this.#carry.length);
    } else if (this.#outside.insideObject) this.#keep(chunk, from, chunk.length);
  }

  #isSliceKey(): boolean {
    const key = this.#outside.key();
    return key === `"${this.#name}"` || (key.includes('\\') && JSON.parse(key) === this.#name);
  }

  #open(kind: 0 | 1, index: number): void {
    if (this.#depth === MAX_DEPTH) {
      throw new Failure('Corrupt', `JSON nested deeper than ${MAX_DEPTH} levels at byte ${this.#consumed + index}`);
    }
    this.#isObject[++this.#depth] = kind;
  }

  #close(kind: 0 | 1, index: number): void {
    if (this.#depth === 0 || this.#isObject[this.#depth] !== kind) throw this.#malformed(index);
    this.#depth--;
  }

  #requireSize(bytes: number): void {
    if (bytes <= MAX_PIECE_BYTES) return;
    throw new Failure(
      'Corrupt',
      `an element of "${this.#name}", or what surrounds it, is longer than ${MAX_PIECE_BYTES} bytes before byte ${this.#consumed}`,
    );
  }

  #malformed(index: number): Failure {
    return new Failure('Corrupt', `malformed JSON at byte ${this.#consumed + index}`);
  }
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let from = 0;
  let to = bytes.length;
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
