/**
 * A JSON lexer as a table: `TRANSITIONS[(state << 8) | byte]` is the next state, or an action from `FIRST_ACTION` on.
 *
 * One lookup a byte keeps the scan several times faster than a disk; every state can be left at any chunk cut.
 * Grammar: RFC 8259. UTF-8 is not validated here (DuckDB does that when it parses the lines).
 */
const NAMES = [
  'value',
  'firstElement',
  'firstKey',
  'key',
  'colon',
  'after',
  'string',
  'stringEscape',
  'stringHex4',
  'stringHex3',
  'stringHex2',
  'stringHex1',
  'keyText',
  'keyEscape',
  'keyHex4',
  'keyHex3',
  'keyHex2',
  'keyHex1',
  'minus',
  'zero',
  'integer',
  'point',
  'fraction',
  'exponent',
  'exponentSign',
  'exponentDigits',
  't',
  'tr',
  'tru',
  'f',
  'fa',
  'fal',
  'fals',
  'n',
  'nu',
  'nul',
] as const;
type StateName = (typeof NAMES)[number];

export const STATE = Object.fromEntries(NAMES.map((name, index) => [name, index])) as Record<StateName, number>;

/** Transitions from here on are not states but things for the scanner to do. */
export const FIRST_ACTION = 64;
export const ACTION = {
  openObject: 64,
  openArray: 65,
  closeObject: 66,
  closeArray: 67,
  comma: 68,
  keyStart: 69,
  keyEnd: 70,
  malformed: 71,
} as const;

export const TRANSITIONS: Uint8Array = transitions();

function transitions(): Uint8Array {
  const table = new Uint8Array(NAMES.length * 256).fill(ACTION.malformed);
  const on = (state: StateName, bytes: string, next: number) => {
    for (const byte of bytes) table[(STATE[state] << 8) | byte.charCodeAt(0)] = next;
  };

  for (const state of ['value', 'firstElement', 'firstKey', 'key', 'colon', 'after'] as const) {
    on(state, ' \t\n\r', STATE[state]);
  }
  for (const state of ['value', 'firstElement'] as const) {
    on(state, '{', ACTION.openObject);
    on(state, '[', ACTION.openArray);
    on(state, '"', STATE.string);
    on(state, '-', STATE.minus);
    on(state, '0', STATE.zero);
    on(state, '123456789', STATE.integer);
    on(state, 't', STATE.t);
    on(state, 'f', STATE.f);
    on(state, 'n', STATE.n);
  }
  on('firstElement', ']', ACTION.closeArray);
  on('firstKey', '"', ACTION.keyStart);
  on('firstKey', '}', ACTION.closeObject);
  on('key', '"', ACTION.keyStart);
  on('colon', ':', STATE.value);

  text(table, 'string', 'stringEscape', ['stringHex4', 'stringHex3', 'stringHex2', 'stringHex1'], STATE.after);
  text(table, 'keyText', 'keyEscape', ['keyHex4', 'keyHex3', 'keyHex2', 'keyHex1'], ACTION.keyEnd);

  const digits = '0123456789';
  on('minus', '0', STATE.zero);
  on('minus', '123456789', STATE.integer);
  on('integer', digits, STATE.integer);
  for (const state of ['zero', 'integer'] as const) on(state, '.', STATE.point);
  on('point', digits, STATE.fraction);
  on('fraction', digits, STATE.fraction);
  for (const state of ['zero', 'integer', 'fraction'] as const) on(state, 'eE', STATE.exponent);
  on('exponent', '+-', STATE.exponentSign);
  for (const state of ['exponent', 'exponentSign', 'exponentDigits'] as const) on(state, digits, STATE.exponentDigits);

  // A number has no closing byte of its own: what may follow a value ends it.
  for (const state of ['after', 'zero', 'integer', 'fraction', 'exponentDigits'] as const) {
    on(state, ' \t\n\r', STATE.after);
    on(state, ',', ACTION.comma);
    on(state, '}', ACTION.closeObject);
    on(state, ']', ACTION.closeArray);
  }

  for (const [from, byte, next] of [
    ['t', 'r', 'tr'],
    ['tr', 'u', 'tru'],
    ['tru', 'e', 'after'],
    ['f', 'a', 'fa'],
    ['fa', 'l', 'fal'],
    ['fal', 's', 'fals'],
    ['fals', 'e', 'after'],
    ['n', 'u', 'nu'],
    ['nu', 'l', 'nul'],
    ['nul', 'l', 'after'],
  ] as const) {
    on(from, byte, STATE[next]);
  }
  return table;
}

function text(table: Uint8Array, open: StateName, escape: StateName, hex: readonly StateName[], closed: number): void {
  const row = STATE[open] << 8;
  for (let byte = 0x20; byte < 256; byte++) table[row | byte] = STATE[open];
  table[row | 0x22] = closed;
  table[row | 0x5c] = STATE[escape];
  for (const byte of '"\\/bfnrt') table[(STATE[escape] << 8) | byte.charCodeAt(0)] = STATE[open];
  const [first] = hex;
  if (first) table[(STATE[escape] << 8) | 0x75] = STATE[first];
  hex.forEach((state, index) => {
    const next = hex[index + 1];
    for (const byte of '0123456789abcdefABCDEF') {
      table[(STATE[state] << 8) | byte.charCodeAt(0)] = next === undefined ? STATE[open] : STATE[next];
    }
  });
}
