import { z } from 'zod';
import { seededRandom, type Random } from '../data/seededRandom.js';
import { Fault, type FaultInput } from './fault.js';
import type { CallMet } from './faults.js';
import { RETRY_AFTER_FORMS } from './retryAfterForm.js';

/** Kinds that chaos draws from unless told: each passes by itself, and whoever withstands it ends with the same rows. */
export const TRANSIENT_KINDS = [
  'resetBefore',
  'resetAfter',
  'serverError',
  'htmlError',
  'throttle',
  'slowBody',
  'truncatedBody',
  'wrongLength',
  'jobUnknown',
  'expiredUrl',
  'urlExpiredMidDownload',
  'alteredBytes',
  'tokenRevoked',
] as const;

/** Kinds that only strike when asked for: a job in `Error` costs a window its size, a stuck one hours. */
export const COSTLY_KINDS = ['jobError', 'jobStuck'] as const;

const Kind = z.enum([...TRANSIENT_KINDS, ...COSTLY_KINDS]);
export type ChaosKind = z.infer<typeof Kind>;

/**
 * Faults at random, as `POST control/chaos` takes it: each call, by itself, meets one with probability `rate`.
 *
 * Drawn from `seed` and the number of the call since chaos began: the same calls in the same order meet the same faults.
 */
export const ChaosSettings = z.strictObject({
  seed: z.number().int(),
  rate: z.number().min(0).max(1),
  kinds: z
    .array(Kind)
    .min(1)
    .default([...TRANSIENT_KINDS]),
});
export type ChaosSettings = z.infer<typeof ChaosSettings>;

/** Calls between two revocations of all tokens: one that follows at once is not a token's bad luck but a wrong client. */
const CALLS_A_TOKEN_LIVES = 50;

/** What is changed by calls, not only asked. */
const WRITTEN = /^\/api\/v2\/(telephony|flows|outbound)\//;

type CallSort = 'login' | 'read' | 'job' | 'poll' | 'query' | 'write' | 'download';

/** What can strike which call: a kind that cannot is never drawn for it. */
const STRIKES: Readonly<Record<ChaosKind, readonly CallSort[]>> = {
  resetBefore: ['login', 'read', 'job', 'poll', 'query', 'write', 'download'],
  resetAfter: ['login', 'read', 'job', 'poll', 'query', 'write'],
  serverError: ['login', 'read', 'job', 'poll', 'query', 'write', 'download'],
  htmlError: ['login', 'read', 'job', 'poll', 'query', 'write', 'download'],
  throttle: ['read', 'job', 'poll', 'query', 'write', 'download'],
  slowBody: ['read', 'query', 'download'],
  truncatedBody: ['login', 'read', 'job', 'poll', 'query', 'download'],
  wrongLength: ['read', 'poll', 'query', 'download'],
  jobUnknown: ['poll'],
  expiredUrl: ['download'],
  urlExpiredMidDownload: ['download'],
  alteredBytes: ['download'],
  tokenRevoked: ['read', 'job', 'poll', 'query', 'write'],
  jobError: ['job'],
  jobStuck: ['job'],
};

/** Calls that a refusal of one of them is about; a write or query, where it is not said here, is about those of its own path's kind. */
const REFUSED_WITH: Readonly<Partial<Record<CallSort, { method: string; path: string }>>> = {
  login: { method: 'POST', path: '^/oauth/token$' },
  read: { method: 'GET', path: '^/api/v2/' },
  poll: { method: 'GET', path: '^/api/v2/' },
  job: { method: 'POST', path: '/adherence/historical/bulk$' },
  download: { method: 'GET', path: '^/downloads/' },
};

/** Draws the faults of one simulator; draws none until it is begun. */
export class Chaos {
  #settings: ChaosSettings | null = null;
  #calls = 0;
  #revokedAt = 0;

  begin(settings: ChaosSettings): void {
    this.#settings = settings;
    this.#calls = 0;
    this.#revokedAt = 0;
  }

  end(): void {
    this.#settings = null;
  }

  /** Settings, and the calls that came since it was begun; null while there is none. */
  read(): (ChaosSettings & { calls: number }) | null {
    return this.#settings && { ...this.#settings, calls: this.#calls };
  }

  /** The fault that a call meets, for that call alone; null for most. */
  draw({ method, path }: Pick<CallMet, 'method' | 'path'>): Fault | null {
    if (!this.#settings) return null;
    const { seed, rate, kinds } = this.#settings;
    const random = seededRandom('chaos', seed, ++this.#calls);
    if (!random.chance(rate)) return null;
    const sort = sortOf(method, path);
    const tokenIsNew = this.#calls < this.#revokedAt + CALLS_A_TOKEN_LIVES;
    const fitting = kinds.filter((kind) => STRIKES[kind].includes(sort) && !(kind === 'tokenRevoked' && tokenIsNew));
    if (fitting.length === 0) return null;
    const kind = random.pick(fitting);
    if (kind === 'tokenRevoked') this.#revokedAt = this.#calls;
    return Fault.parse(faultOf(kind, REFUSED_WITH[sort] ?? likeIt(method, path), random));
  }
}

function sortOf(method: string, path: string): CallSort {
  if (path === '/oauth/token') return 'login';
  if (path.startsWith('/downloads/')) return 'download';
  if (method !== 'GET' && WRITTEN.test(path)) return 'write';
  if (method === 'POST') return path.endsWith('/adherence/historical/bulk') ? 'job' : 'query';
  return /\/bulk\/jobs\/[^/]+$/.test(path) ? 'poll' : 'read';
}

/** Calls of the method and the resource: `/api/v2/flows/datatables/` of a row, the end of the path of a query. */
function likeIt(method: string, path: string): { method: string; path: string } {
  const resource = WRITTEN.exec(path)?.[0];
  return { method, path: resource ?? `${path.split('/').slice(-2).join('/')}$` };
}

function faultOf(kind: ChaosKind, refusedWith: { method: string; path: string }, random: Random): FaultInput {
  const any = { path: '/' };
  switch (kind) {
    case 'resetBefore':
      return { kind: 'reset', ...any, when: 'before' };
    case 'resetAfter':
      return { kind: 'reset', ...any, when: 'after' };
    case 'serverError': {
      const status = random.pick([500, 503, 504]);
      const code = { 500: 'internal.server.error', 503: 'service.unavailable', 504: 'gateway.timeout' }[status];
      return { kind: 'status', ...any, status, body: { status, code, message: 'The request could not be completed.' } };
    }
    case 'htmlError':
      return { kind: 'status', ...any, status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
    case 'throttle':
      return {
        kind: 'throttle',
        ...refusedWith,
        retryAfter: { form: random.pick(RETRY_AFTER_FORMS), seconds: random.integer(1, 3) },
      };
    case 'slowBody':
      return { kind: 'slowBody', ...any, bytesPerSecond: 200_000 };
    case 'truncatedBody':
      return { kind: 'truncatedBody', ...any };
    case 'wrongLength':
      return { kind: 'wrongLength', ...any, as: random.pick(['larger', 'smaller', 'chunked']) };
    case 'urlExpiredMidDownload':
      return { kind: 'urlExpiredMidDownload', afterBytes: random.integer(0, 20_000) };
    case 'alteredBytes':
      return { kind: 'alteredBytes', how: random.pick(['transit', 'shape']) };
    case 'jobUnknown':
    case 'expiredUrl':
    case 'tokenRevoked':
    case 'jobError':
    case 'jobStuck':
      return { kind };
  }
}
