import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SliceLandingResult, sliceLanding } from '../../src/datasets/sliceLanding.js';
import type { LandingEncoding } from '../../src/domain/landing.js';

const DOCUMENT = {
  startDate: '2024-01-01T00:00:00Z',
  userResults: [
    { userId: 'ána', note: 'a "quote" and a \\ and \u2028', n: [1, 2.5] },
    { userId: '李', deep: { list: [] } },
  ],
  managementUnitId: 'mu-1',
};

describe('cutting a landing', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-slice-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const path = () => join(directory, 'lines.ndjson');
  const cut = async (
    bytes: Buffer,
    encoding: LandingEncoding = 'identity',
    changes: { sha256?: string; ndjsonPath?: string; signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
  ): Promise<SliceLandingResult<{ base: string }>> =>
    await sliceLanding({
      body: piecesOf(bytes),
      encoding,
      sha256: sha256(bytes),
      sliceArray: 'userResults',
      ndjsonPath: path(),
      readEnvelope: (envelope) => ({ base: (JSON.parse(envelope) as { startDate: string }).startDate }),
      ...changes,
    });
  const lines = () =>
    readFileSync(path(), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it.each<[LandingEncoding, (text: string) => Buffer]>([
    ['identity', (text) => Buffer.from(text)],
    ['gzip', (text) => gzipSync(text)],
  ])('writes a line an element and decodes the envelope, of %s', async (encoding, encode) => {
    const bytes = encode(JSON.stringify(DOCUMENT));
    const sliced = await cut(bytes, encoding);
    const landing = sha256(bytes);
    expect(lines()).toEqual(DOCUMENT.userResults.map((doc, position) => ({ landing, item: 0, position, doc })));
    expect(sliced).toMatchObject({ sha256: landing, ndjsonPath: path(), elements: 2 });
    expect(sliced.items).toEqual([
      { item: 0, envelope: '{"startDate":"2024-01-01T00:00:00Z","managementUnitId":"mu-1"}', base: DOCUMENT.startDate },
    ]);
  });

  it('keeps an element on one line though the document was written over many', async () => {
    await cut(Buffer.from(JSON.stringify(DOCUMENT, null, 2).replaceAll('\n', '\r\n')));
    expect(lines()).toHaveLength(2);
  });

  it('numbers the objects of a list of documents', async () => {
    const sliced = await cut(Buffer.from(JSON.stringify([DOCUMENT, { ...DOCUMENT, startDate: 'x', userResults: [] }])));
    expect(sliced.items.map(({ item, base }) => [item, base])).toEqual([
      [0, DOCUMENT.startDate],
      [1, 'x'],
    ]);
  });

  it("writes a file that is its owner's alone", async () => {
    await cut(Buffer.from(JSON.stringify(DOCUMENT)));
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('says that bytes were altered, whatever they are, when their hash is not their name', async () => {
    const bytes = Buffer.from(JSON.stringify(DOCUMENT));
    await expect(cut(bytes, 'identity', { sha256: 'f'.repeat(64) })).rejects.toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining(`landing ${'f'.repeat(64)}: its bytes have the SHA-256 ${sha256(bytes)}`),
    });
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20)],
    ['no gzip', () => Buffer.from(JSON.stringify(DOCUMENT))],
  ])('says so when gzip is %s', async (_, spoil) => {
    await expect(cut(spoil(gzipSync(JSON.stringify(DOCUMENT))), 'gzip')).rejects.toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('not whole gzip'),
    });
  });

  it('says where a document that ends too early ends', async () => {
    await expect(cut(Buffer.from('{"userResults":[{"a":1}'))).rejects.toMatchObject({
      name: 'Corrupt',
      message: expect.stringContaining('ends unfinished at byte 23'),
    });
  });

  it.each(['{}', '[]', '{"userResults":null}', '"userResults"'])(
    'refuses %s, which has no such array',
    async (text) => {
      await expect(cut(Buffer.from(text))).rejects.toMatchObject({
        name: 'Corrupt',
        message: expect.stringContaining('no array "userResults"'),
      });
    },
  );

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    abort.abort(new Error('cancelled'));
    await expect(cut(Buffer.from(JSON.stringify(DOCUMENT)), 'identity', { signal: abort.signal })).rejects.toThrow(
      'cancelled',
    );
  });

  it('says how far it is, in decoded bytes, of a large landing', async () => {
    const many = { ...DOCUMENT, userResults: Array<object>(20_000).fill({ userId: 'ana', filler: 'x'.repeat(60) }) };
    const text = JSON.stringify(many);
    const seen: number[] = [];
    await cut(gzipSync(text), 'gzip', { onBytes: (bytes) => seen.push(bytes) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThanOrEqual(Buffer.byteLength(text));
  });

  it('keeps every line whole and in order though it writes while it cuts', async () => {
    const userResults = Array.from({ length: 4000 }, (_, nr) => ({
      userId: `user ${nr}`,
      note: 'x'.repeat(nr % 1500),
    }));
    const sliced = await cut(Buffer.from(JSON.stringify({ ...DOCUMENT, userResults })));
    const expected = userResults.map(
      (doc, position) =>
        `{"landing":"${sliced.sha256}","item":0,"position":${position},"doc":${JSON.stringify(doc)}}\n`,
    );
    // By hash: showing how megabytes differ takes minutes.
    expect(sha256(readFileSync(path()))).toBe(sha256(Buffer.from(expected.join(''))));
  });

  it.each([1, 4000])('is blocked, not corrupt, when the disk is full, with %d elements', async (length) => {
    const userResults = Array.from({ length }, (_, nr) => ({ userId: `user ${nr}`, note: 'x'.repeat(1000) }));
    const full = cut(Buffer.from(JSON.stringify({ ...DOCUMENT, userResults })), 'identity', {
      ndjsonPath: '/dev/full',
    });
    await expect(full).rejects.toMatchObject({ name: 'Blocked', message: expect.stringContaining('ENOSPC') });
  });

  it('is blocked, not corrupt, when the scratch directory is gone', async () => {
    rmSync(directory, { recursive: true });
    await expect(cut(Buffer.from(JSON.stringify(DOCUMENT)))).rejects.toMatchObject({ name: 'Blocked' });
  });
});

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  const size = Math.max(7, bytes.length >> 4);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
