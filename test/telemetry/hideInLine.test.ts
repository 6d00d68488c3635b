import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pino from 'pino';
import { hideInLine } from '../../src/telemetry/hideInLine.js';

const TASK_TOKEN = Buffer.from(`task token of ${'an activity '.repeat(12)} 4711`).toString('base64');
const KNOWN = 'the-clients-own-secret';

/** What a log writes of facts and a message, as the processes of ours write it. */
function written(facts: object, message = '', bindings: object = {}): string {
  const stream = new PassThrough();
  const log = pino({ base: null, hooks: { streamWrite: (line) => hideInLine(line, [KNOWN]) } }, stream);
  log.child(bindings).info(facts, message);
  return String(stream.read());
}

class Info {
  constructor(readonly taskToken: unknown) {}
  get workflow() {
    return { token: this.taskToken };
  }
}

describe('a log line', () => {
  it.each<[string, object, string?, object?]>([
    ['at the top', { taskToken: TASK_TOKEN }],
    ['deep inside', { a: { b: { c: { taskToken: TASK_TOKEN } } } }],
    ['in a list', { attempts: [1, { info: { taskToken: TASK_TOKEN } }] }],
    ['of a class', { info: new Info(TASK_TOKEN) }],
    ['as bytes', { taskToken: Buffer.from(TASK_TOKEN), info: { raw: Buffer.from(TASK_TOKEN) } }],
    ['as a byte array', { info: { raw: new Uint8Array(Buffer.from(TASK_TOKEN)) } }],
    ['under another name', { handle: TASK_TOKEN }],
    ['in an error', { err: Object.assign(new Error(`failed with ${TASK_TOKEN}`), { taskToken: TASK_TOKEN }) }],
    ['in the cause of an error', { err: new Error('outer', { cause: new Error(`said ${TASK_TOKEN}`) }) }],
    ['in JSON within a text', { body: JSON.stringify({ inner: JSON.stringify({ taskToken: TASK_TOKEN }) }) }],
    ['in the message', {}, `completed ${TASK_TOKEN}`],
    ['in what a child was bound to', {}, '', { info: { taskToken: TASK_TOKEN } }],
    ['in a name', { [TASK_TOKEN]: 1 }],
  ])('has no task token %s', (_where, facts, message = '', bindings = {}) => {
    const line = written(facts, message, bindings);
    expect(line).toContain('[hidden]');
    expect(line).not.toContain(TASK_TOKEN);
    expect(line).not.toContain([...Buffer.from(TASK_TOKEN.slice(0, 8))].join(','));
  });

  it.each([
    { authorization: 'Bearer abc.def' },
    { headers: { Authorization: 'Basic abc', cookie: 'sid=abc' } },
    { text: 'authorization: Bearer abc.def' },
    { config: { client_secret: 'abc', aws: { secretAccessKey: 'abc' } } },
    { said: '{"access_token":"abc","token_type":"bearer"}' },
    { url: 'https://api-downloads.example/x?Expires=1&Signature=abc' },
    { said: 'GET https://host/x?X-Amz-Signature=abc failed' },
    { said: 'X-Amz-Signature=abc&x=1' },
    { said: 'postgres://rosterline:abc@db/dwh' },
    { said: `-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----` },
    { who: 'abc@example.com' },
    { said: `refused ${KNOWN}`.replace('refused', 'abc').replace('abc', '') + KNOWN },
  ])('has no secret and no signed link: %j', (facts) => {
    const line = written(facts);
    expect(line).toContain('[hidden]');
    expect(line).not.toMatch(new RegExp(`abc|${KNOWN}`));
  });

  it('tells everything else as it is', () => {
    const facts = {
      family: 'token',
      tokens: 3,
      token: null,
      window: 'export/adherence/571cc04b-aad2-4a68-a7fb-be1118b4d61a/2024-05-06_2024-05-13',
      landing: `landings/${'0123456789abcdef'.repeat(4)}`,
      counts: Array.from({ length: 20 }, (_, index) => index * 300),
      said: 'not set: GENESYS_CLIENT_SECRET; the gate of the token: closed until 2024-03-04T00:00:00Z',
      stack: 'at run (file:///app/node_modules/@temporalio/worker/lib/worker.js:10:2)',
    };
    const line = JSON.parse(written(facts, 'token throttled for 300 s')) as object;
    expect(line).toMatchObject({ ...facts, msg: 'token throttled for 300 s', level: 30 });
  });

  it('is one line of JSON, whatever was logged', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.string(), (facts, message) => {
        const line = written(facts, message);
        expect(line.endsWith('\n')).toBe(true);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
      { seed: 51 },
    );
  });

  it('hides a secret wherever in a value it is put', () => {
    const plain = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(plain, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), (beside, path) => {
        const nested = path.reduce<unknown>((inner, name) => ({ [name]: [inner], beside }), {
          taskToken: 'pick-me-out',
        });
        expect(hideInLine(JSON.stringify({ nested }))).not.toContain('pick-me-out');
      }),
      { seed: 52 },
    );
  });

  it('is replaced where it cannot be read, and its content is not shown', () => {
    const line = hideInLine('{"taskToken":"abc"');
    expect(line).not.toContain('abc');
    expect(JSON.parse(line)).toMatchObject({ msg: 'a log line that could not be read was left out' });
  });
});
