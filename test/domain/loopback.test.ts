import { describe, expect, it } from '@jest/globals';
import { isConfidential, isLoopback } from '../../src/domain/loopback.js';

describe('where a secret may travel', () => {
  it.each([
    'https://api.mypurecloud.de',
    'http://127.0.0.1:8080',
    'http://127.1.2.3',
    'http://localhost',
    'http://[::1]:1',
  ])('is %s', (url) => expect(isConfidential(new URL(url))).toBe(true));

  it.each([
    'http://api.mypurecloud.de',
    'ftp://127.0.0.1',
    'ws://localhost',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::2]',
    'http://0.0.0.0',
  ])('is not %s', (url) => expect(isConfidential(new URL(url))).toBe(false));

  it('is this machine by name, in whatever form a number is written', () => {
    expect(isLoopback(new URL('http://0x7f.1'))).toBe(true);
    expect(isLoopback(new URL('http://127.0.0.1.nip.io'))).toBe(false);
  });
});
