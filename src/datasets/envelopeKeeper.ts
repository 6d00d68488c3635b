import { ByteBuffer } from './byteBuffer.js';

const NO_COMMA = -1;

interface OpenObject {
  /** Offset in the kept bytes where the object starts. */
  readonly start: number;
  /** Offset of its last comma, or `NO_COMMA`. */
  lastComma: number;
  item: number | null;
  /** The array was its first field: the comma behind it goes too. */
  dropNextComma: boolean;
}

/**
 * Keeps what a document has outside the sliced arrays, from the start of the outermost open object, and takes the arrays' own fields
 * out of it, so that what is left of each object is JSON.
 *
 * `pending` is how many bytes of the chunk being read are not kept yet and come before the place that is meant.
 */
export class EnvelopeKeeper {
  readonly #kept = new ByteBuffer(4096);
  readonly #objects: OpenObject[] = [];
  #keyStart = 0;

  /** Bytes kept. */
  get length(): number {
    return this.#kept.length;
  }

  get insideObject(): boolean {
    return this.#objects.length > 0;
  }

  keep(chunk: Uint8Array, from: number, to: number): void {
    this.#kept.append(chunk, from, to);
  }

  objectStarts(pending: number): void {
    const start = this.#kept.length + pending;
    this.#objects.push({ start, lastComma: NO_COMMA, item: null, dropNextComma: false });
  }

  keyStarts(pending: number): void {
    this.#keyStart = this.#kept.length + pending;
  }

  /** The key that was kept last, as JSON text. */
  key(): string {
    return this.#kept.view(this.#keyStart).toString('utf8');
  }

  /** Takes the key of an array that starts back out. False when its object had such an array before. */
  arrayStarts(item: number): boolean {
    const object = this.#objects.at(-1);
    if (!object || object.item !== null) return false;
    object.item = item;
    object.dropNextComma = object.lastComma === NO_COMMA;
    this.#kept.truncate(object.dropNextComma ? this.#keyStart : object.lastComma);
    return true;
  }

  /** Whether a comma between two fields of the innermost object goes with the array before it. */
  commaGoes(pending: number): boolean {
    const object = this.#objects.at(-1);
    if (!object) return false;
    const goes = object.dropNextComma;
    if (!goes) object.lastComma = this.#kept.length + pending;
    object.dropNextComma = false;
    return goes;
  }

  /** Ends the innermost object, all of which is kept; its text where it held an array. */
  objectEnds(): { text: string; item: number } | null {
    const object = this.#objects.pop();
    const item = object?.item ?? null;
    const ended = item === null ? null : { text: this.#kept.view(object?.start).toString('utf8'), item };
    if (this.#objects.length === 0) this.#kept.truncate(0);
    return ended;
  }
}
