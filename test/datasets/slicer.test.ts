import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Slicer } from '../../src/datasets/slicer.js';
import { isFailure } from '../../src/domain/failure.js';

interface Sliced {
  readonly elements: { item: number; position: number; value: unknown }[];
  readonly envelopes: unknown[];
}

const utf8 = new TextEncoder();

function slice(text: string, cuts: readonly number[] = [], name = 'userResults'): Sliced {
  return sliceBytes(utf8.encode(text), cuts, name);
}

function sliceBytes(bytes: Uint8Array, cuts: readonly number[], name: string): Sliced {
  const sliced: Sliced = { elements: [], envelopes: [] };
  const slicer = new Slicer(name, {
    element: (element, item, position) =>
      sliced.elements.push({ item, position, value: JSON.parse(Buffer.from(element).toString('utf8')) as unknown }),
    envelope: (envelope, item) => (sliced.envelopes[item] = JSON.parse(envelope) as unknown),
  });
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const cut of [...at, bytes.length]) {
    slicer.push(bytes.slice(from, cut));
    from = cut;
  }
  slicer.end();
  return sliced;
}

/** The same by JSON.parse: arrays of the name in the order in which they start, not looking inside their elements. */
function expected(text: string, name: string): Sliced {
  const sliced: Sliced = { elements: [], envelopes: [] };
  const items: Record<string, unknown>[] = [];
  const envelopeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(envelopeOf);
    if (typeof value !== 'object' || value === null) return value;
    const entries: [string, unknown][] = [];
    for (const [key, field] of Object.entries(value)) {
      if (key === name && Array.isArray(field)) {
        const item = items.push(value as Record<string, unknown>) - 1;
        field.forEach((element, position) => sliced.elements.push({ item, position, value: element }));
      } else entries.push([key, envelopeOf(field)]);
    }
    return Object.fromEntries(entries);
  };
  envelopeOf(JSON.parse(text));
  for (const item of items) {
    sliced.envelopes.push(withoutArrays(item, name));
  }
  return sliced;
}

function withoutArrays(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutArrays(entry, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => !(key === name && Array.isArray(field)))
      .map(([key, field]) => [key, withoutArrays(field, name)]),
  );
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('userResults', 'a', 'userresults', 'x"y', '\\', 'né', '') },
  // Keys like numbers would be moved to the front by JSON.parse, so that its order would not be the document's.
  text.filter((value) => !/^\d+$/.test(value) && value !== '__proto__'),
);
const blank = fc.constantFrom('', '', '', ' ', '\n', '\t\r\n ');

/** JSON text of random shape, blanks and escapes, where the sliced name is often met. */
const documents = fc.letrec<{ value: string; object: string; array: string; scalar: string }>((tie) => ({
  scalar: fc.oneof(
    text.map((value) => JSON.stringify(value)),
    text.map((value) => escapedWhole(value)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom('true', 'false', 'null', '0', '-0', '1e5', '-1.25E-3', '10', '0.5e+1'),
  ),
  array: fc
    .tuple(fc.array(tie('value'), { maxLength: 4 }), blank)
    .map(([values, gap]) => `[${gap}${values.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(fc.uniqueArray(key, { maxLength: 4 }), fc.infiniteStream(tie('value')), blank)
    .map(
      ([keys, values, gap]) =>
        `{${gap}${keys.map((name) => `${JSON.stringify(name)}${gap}:${gap}${String(values.next().value)}`).join(`${gap},${gap}`)}${gap}}`,
    ),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('scalar'),
    tie('array'),
    tie('object'),
    tie('object'),
  ),
}));

function escapedWhole(value: string): string {
  const units = [...Array(value.length).keys()].map((at) => value.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

describe('the slicer', () => {
  it('finds what JSON.parse finds, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(documents.value, fc.array(fc.nat(5000), { maxLength: 30 }), (document, cuts) => {
        expect(slice(document, cuts)).toEqual(expected(document, 'userResults'));
      }),
      { numRuns: 1500, seed: 20261122 },
    );
  });

  it('finds the same when every byte comes alone', () => {
    fc.assert(
      fc.property(documents.object, (document) => {
        const every = [...Array(utf8.encode(document).length).keys()];
        expect(slice(document, every)).toEqual(expected(document, 'userResults'));
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('refuses every document that JSON.parse refuses after one byte was changed, and no other', () => {
    fc.assert(
      fc.property(
        documents.object,
        fc.nat(5000),
        fc.constantFrom(...Array.from('{}[],:"\\0e-.tx \u0001')),
        (document, at, byte) => {
          const bytes = Buffer.from(document);
          bytes[at % bytes.length] = byte.charCodeAt(0);
          // Cutting a multibyte character in half is UTF-8's concern, not JSON's.
          fc.pre(!bytes.toString('utf8').includes('\ufffd'));
          expect(accepts(() => sliceBytes(bytes, [at], 'none'))).toBe(
            accepts(() => JSON.parse(bytes.toString('utf8'))),
          );
        },
      ),
      { numRuns: 1500, seed: 11 },
    );
  });

  it('says at which byte a document that was cut short ends, wherever it was cut', () => {
    const document = '{"startDate":"2024-01-01","userResults":[{"userId":"é\\u00e9","n":[1,2.5e3]}],"z":null}';
    const bytes = utf8.encode(document);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => sliceBytes(bytes.slice(0, length), [], 'userResults')).toThrow(`at byte ${length}`);
    }
  });

  it('says at which byte a document is malformed, counting the chunks before', () => {
    expect(() => slice('{"userResults":[{"a":1}],,"b":2}', [5, 12])).toThrow('malformed JSON at byte 25');
  });

  it('reads an envelope whose fields stand before, behind or on both sides of the array', () => {
    for (const document of [
      '{"a":1,"b":[2],"userResults":[{"u":1}]}',
      '{"userResults":[{"u":1}],"a":1,"b":[2]}',
      '{"a":1,"userResults":[{"u":1}],"b":[2]}',
      '{"a":1,"\\u0075serResults":[{"u":1}],"b":[2]}',
    ]) {
      expect(slice(document).envelopes).toEqual([{ a: 1, b: [2] }]);
    }
  });

  it('refuses an object that holds the array twice', () => {
    expect(() => slice('{"userResults":[1],"userResults":[2]}')).toThrow('a second "userResults" in one object');
  });

  it('refuses what is nested without end', () => {
    expect(() => slice('['.repeat(10_000))).toThrow('nested deeper than 512 levels at byte 512');
  });
});

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (!isFailure(error, 'Corrupt') && !(error instanceof SyntaxError)) throw error;
    return false;
  }
}
