import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Download } from '../../src/genesys/download.js';
import { allOf, failureOf } from './support/allOf.js';
import { type Organisation, startOrganisation } from './support/organisation.js';
import { type Script, type ScriptedServer, startScriptedServer } from './support/scriptedServer.js';

const FILE = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));
const FROM_START = { offset: 0, etag: null };

/** Serves FILE as object stores do, with `Range` and `If-Range`. */
const objectStore: Script = ({ headers }) => {
  const start = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  if (start === undefined || headers['if-range'] !== '"v1"') return { body: FILE, headers: { etag: '"v1"' } };
  if (Number(start) >= FILE.length) return { status: 416, headers: { 'content-range': `bytes */${FILE.length}` } };
  return {
    status: 206,
    body: FILE.subarray(Number(start)),
    headers: { etag: '"v1"', 'content-range': `bytes ${start}-${FILE.length - 1}/${FILE.length}` },
  };
};

let organisation: Organisation;
let store: ScriptedServer;
let signed: string;
beforeEach(async () => {
  store = await startScriptedServer(objectStore);
  organisation = await startOrganisation({ downloadHosts: [store.host] });
  signed = `${store.url}/results/file?X-Signature=top-secret-signature`;
});
afterEach(async () => {
  await organisation.close();
  await store.close();
});

async function bytesOf({ body }: Download): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('downloads of the Genesys client', () => {
  it('come without the token, also where the host redirects', async () => {
    await organisation.client.organization();
    const redirecting: Script = (arrival, response) =>
      arrival.path.startsWith('/elsewhere')
        ? objectStore(arrival, response)
        : { status: 302, headers: { location: '/elsewhere?sig=2' } };
    store.script = redirecting;
    const download = await organisation.client.download(signed, FROM_START);
    expect(download).toMatchObject({ offset: 0, totalBytes: FILE.length, etag: '"v1"', encoding: 'identity' });
    expect((await bytesOf(download)).equals(FILE)).toBe(true);
    expect(store.arrivals).toHaveLength(2);
    for (const { headers } of store.arrivals) {
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain('token-number');
    }
  });

  it('go on where they stopped', async () => {
    const download = await organisation.client.download(signed, { offset: 1_234, etag: '"v1"' });
    expect(download).toMatchObject({ offset: 1_234, totalBytes: FILE.length });
    expect((await bytesOf(download)).equals(FILE.subarray(1_234))).toBe(true);
  });

  it('start anew when the file is another one now, or the server knows no ranges, or nothing identifies the file', async () => {
    const changed = await organisation.client.download(signed, { offset: 1_234, etag: '"v0"' });
    expect(changed.offset).toBe(0);
    await bytesOf(changed);
    store.script = () => ({
      status: 206,
      body: FILE.subarray(1_234),
      headers: { etag: '"v9"', 'content-range': `bytes 1234-${FILE.length - 1}/${FILE.length}` },
    });
    const careless = store.arrivals.length;
    store.script = (arrival, response) =>
      arrival.headers.range === undefined
        ? objectStore(arrival, response)
        : { status: 206, body: 'x', headers: { etag: '"v9"', 'content-range': `bytes 1234-1234/${FILE.length}` } };
    expect((await organisation.client.download(signed, { offset: 1_234, etag: '"v1"' })).offset).toBe(0);
    expect(store.arrivals.length - careless).toBe(2);
    store.script = objectStore;
    await bytesOf(await organisation.client.download(signed, { offset: 1_234, etag: null }));
    expect(store.arrivals.at(-1)?.headers.range).toBeUndefined();
  });

  it('yield nothing more when all was received already', async () => {
    const download = await organisation.client.download(signed, { offset: FILE.length, etag: '"v1"' });
    expect(download).toMatchObject({ offset: FILE.length, totalBytes: FILE.length });
    expect(await bytesOf(download)).toHaveLength(0);
  });

  it('hand over what came before the connection broke, and can go on from there', async () => {
    let breakOff = () => {};
    store.script = (_arrival, response) => {
      breakOff = () => void response.destroy();
      response.writeHead(200, { 'content-length': String(FILE.length), etag: '"v1"' });
      response.write(FILE.subarray(0, 3_000));
      return undefined;
    };
    const broken = await organisation.client.download(signed, FROM_START);
    const kept: Uint8Array[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const chunk of broken.body) {
          kept.push(chunk);
          if (Buffer.concat(kept).length === 3_000) breakOff();
        }
      })(),
    );
    expect(failure).toMatchObject({ name: 'Transient', message: expect.stringContaining('3000') });
    store.script = objectStore;
    const offset = Buffer.concat(kept).length;
    const rest = await bytesOf(await organisation.client.download(signed, { offset, etag: broken.etag }));
    expect(Buffer.concat([...kept, rest]).equals(FILE)).toBe(true);
  });

  it.each([400, 403, 404, 410])('ask for a fresh URL on %i', async (status) => {
    store.script = () => ({ status, body: '<Error><Code>ExpiredToken</Code></Error>' });
    const failure = await failureOf(organisation.client.download(signed, FROM_START));
    expect(failure).toMatchObject({ name: 'Expired', facts: { status } });
    expect(allOf(failure)).not.toContain('top-secret-signature');
  });

  it.each([500, 408])('are tried again on %i', async (status) => {
    store.script = () => ({ status });
    expect(await failureOf(organisation.client.download(signed, FROM_START))).toMatchObject({ name: 'Transient' });
  });

  it('follow no URL and no redirect to a host that is not allowed', async () => {
    const other = await startScriptedServer(objectStore);
    const failure = await failureOf(
      organisation.client.download(`${other.url}/f?sig=top-secret-signature`, FROM_START),
    );
    expect(failure).toMatchObject({ name: 'Blocked', message: expect.stringContaining(other.host) });
    expect(allOf(failure)).not.toContain('top-secret-signature');
    store.script = () => ({ status: 307, headers: { location: `${other.url}/f?sig=top-secret-signature` } });
    expect(await failureOf(organisation.client.download(signed, FROM_START))).toMatchObject({ name: 'Blocked' });
    expect(other.arrivals).toEqual([]);
    await other.close();
  });

  it.each([
    'http://api-downloads.example.com/f',
    'https://evil.example.com/f',
    'https://u:p@127.0.0.1/f',
    'file:///etc/passwd',
  ])('refuse %s', async (url) => {
    const failure = await failureOf(organisation.client.download(url, FROM_START));
    expect(failure).toMatchObject({ name: 'Blocked' });
  });

  it('end with the caller’s own reason when cancelled, before and within the body', async () => {
    const reason = new Error('cancelled by the worker');
    expect(await failureOf(organisation.client.download(signed, FROM_START, AbortSignal.abort(reason)))).toBe(reason);
    store.script = (_arrival, response) => {
      response.writeHead(200, { 'content-length': String(FILE.length) });
      response.write(FILE.subarray(0, 100));
      return undefined;
    };
    const controller = new AbortController();
    const download = await organisation.client.download(signed, FROM_START, controller.signal);
    const reading = failureOf(bytesOf(download));
    controller.abort(reason);
    expect(await reading).toBe(reason);
  });
});
