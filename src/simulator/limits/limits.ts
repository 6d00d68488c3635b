import type { RetryAdvice } from '../control/retryAfterForm.js';
import { hash32 } from '../data/seededRandom.js';
import { EnforcedLimit, type LimitTruth } from './enforcedLimit.js';
import { isAbout, type LimitedCalls } from './limitedCalls.js';
import { FREE_PASS, type LimitSize, type Pass, type WindowCounters } from './limiter.js';
import type { Disguise, LimitSettings } from './limitSettings.js';
import { drawnLimit, multiplied, sizeOf } from './limitSize.js';

/** Most instants kept for each limit; older ones are let go of. */
const INSTANTS_KEPT = 100_000;

export interface LimitedCall {
  readonly clientId: string;
  readonly method: string;
  readonly path: string;
}

/** A refusal by a limit, for the answer to say. */
export interface LimitRefusal {
  readonly told: RetryAdvice;
  readonly disguise: Disguise | null;
  /** Its own words, in place of Genesys's. */
  readonly words: { readonly code: string; readonly message: string } | null;
  /** Whether the answer carries no counters. */
  readonly isBare: boolean;
  readonly known: { readonly namespace: string; readonly key: string; readonly value: number } | null;
  /** Whether a call meets the same limit. */
  readonly covers: (call: LimitedCall) => boolean;
}

/** What became of a call at the limits. */
export interface Admission {
  readonly refusal: LimitRefusal | null;
  readonly passes: readonly Pass[];
  /** Those of the fullest window that it met; null where none has counters. */
  readonly counters: WindowCounters | null;
}

/** The truth about one limit, and its quantities now. */
export interface LimitCount extends Readonly<LimitTruth>, LimitSize {
  readonly shape: LimitSettings['shape'];
  readonly on: LimitedCalls;
}

/** A limit as the API's list of limits has it. */
export interface ListedLimit {
  readonly namespace: string;
  readonly key: string;
  readonly value: number;
  /** What it was at first, which is what organisations have unless it was changed for them. */
  readonly defaultValue: number;
}

interface Entry {
  readonly name: string;
  readonly atFirst: LimitSettings;
  limit: LimitSettings;
  readonly truth: LimitTruth;
  readonly byClient: Map<string, EnforcedLimit>;
  acceptedAtMs: number[];
}

/** The limits of one simulator, each counted for each OAuth client by itself. */
export class Limits {
  #entries: Entry[] = [];

  /** @param seed that of the organisation: it draws limits, others' load and disguises. */
  constructor(
    limits: readonly LimitSettings[],
    private readonly seed: number,
  ) {
    for (const limit of limits) this.add(limit);
  }

  /** Adds a limit after those there are. @returns its name. */
  add(limit: LimitSettings): string {
    const wanted = limit.name ?? (typeof limit.on === 'string' ? limit.on : limit.shape);
    let name = wanted;
    for (let number = 2; this.#find(name); number++) name = `${wanted}-${number.toString()}`;
    const drawn = limit.drawn ? drawnLimit(limit, hash32(this.seed, name)) : limit;
    this.#entries.push({
      name,
      atFirst: drawn,
      limit: drawn,
      truth: untouched(),
      byClient: new Map(),
      acceptedAtMs: [],
    });
    return name;
  }

  /** @returns whether there was one. */
  remove(name: string): boolean {
    const entry = this.#find(name);
    this.#entries = this.#entries.filter((other) => other !== entry);
    return entry !== undefined;
  }

  /** What is in force, by name, as drawn and as changed by hand. */
  list(): Record<string, LimitSettings> {
    return Object.fromEntries(this.#entries.map(({ name, limit }) => [name, limit]));
  }

  /** Changes a limit's quantities from now on, for everybody: to others, or by a factor. @returns whether it exists. */
  change(name: string, change: LimitSize | { readonly factor: number }, nowMs: number): boolean {
    const entry = this.#find(name);
    if (!entry) return false;
    const sizeFrom = (size: LimitSize): LimitSize => ('factor' in change ? multiplied(size, change.factor) : change);
    for (const enforced of entry.byClient.values()) enforced.resize(sizeFrom(enforced.size), nowMs);
    entry.limit = { ...entry.limit, ...sizeFrom(sizeOf(entry.limit)) } as LimitSettings;
    return true;
  }

  /** Leads a call past every limit that is about it, up to the first that refuses it. */
  meet(call: LimitedCall, nowMs: number): Admission {
    const passes: Pass[] = [];
    let counters: WindowCounters | null = null;
    for (const entry of this.#entries) {
      if (!isAbout(entry.limit.on, call)) continue;
      const enforced = this.#enforcedFor(entry, call.clientId);
      const verdict = enforced.meet(nowMs);
      counters = fuller(enforced.counters(nowMs), counters);
      if (!verdict.admitted) {
        for (const pass of passes) pass.answered();
        return { refusal: refusalBy(entry.limit, enforced.size, verdict, call.clientId), passes: [], counters };
      }
      entry.acceptedAtMs.push(nowMs);
      if (entry.acceptedAtMs.length > 2 * INSTANTS_KEPT) entry.acceptedAtMs = entry.acceptedAtMs.slice(-INSTANTS_KEPT);
      if (verdict.pass !== FREE_PASS) passes.push(verdict.pass);
    }
    return { refusal: null, passes, counters };
  }

  count(): Record<string, LimitCount> {
    return Object.fromEntries(
      this.#entries.map(({ name, limit, truth, byClient }) => {
        const [first] = byClient.values();
        return [name, { shape: limit.shape, on: limit.on, ...(first?.size ?? sizeOf(limit)), ...truth }];
      }),
    );
  }

  /** When calls were let through, as milliseconds after the first of them; null where there is no such limit. */
  acceptedInstants(name: string): { firstMs: number | null; afterMs: number[] } | null {
    const entry = this.#find(name);
    if (!entry) return null;
    const instants = entry.acceptedAtMs.slice(-INSTANTS_KEPT);
    const firstMs = instants[0] ?? null;
    return { firstMs, afterMs: instants.map((instantMs) => instantMs - (firstMs ?? 0)) };
  }

  /** The limits that the API's list of limits shows: with the value that is documented, or the true one. */
  listed(): ListedLimit[] {
    return this.#entries.flatMap(({ limit, atFirst }) => {
      const { known } = limit;
      if (!known || known.documented === null) return [];
      const shown = (at: LimitSettings): number => known.documented ?? wholeValueOf(sizeOf(at));
      return [{ namespace: known.namespace, key: known.key, value: shown(limit), defaultValue: shown(atFirst) }];
    });
  }

  resetCounts(): void {
    for (const entry of this.#entries) {
      Object.assign(entry.truth, untouched());
      entry.acceptedAtMs = [];
    }
  }

  #find(name: string): Entry | undefined {
    return this.#entries.find((entry) => entry.name === name);
  }

  #enforcedFor(entry: Entry, clientId: string): EnforcedLimit {
    let enforced = entry.byClient.get(clientId);
    if (!enforced) {
      enforced = new EnforcedLimit(entry.limit, hash32(this.seed, entry.name), entry.truth);
      entry.byClient.set(clientId, enforced);
    }
    return enforced;
  }
}

function untouched(): LimitTruth {
  return { accepted: 0, refused: 0, disguised: 0, insideClosed: 0, beforeTold: 0 };
}

function fuller(one: WindowCounters | null, other: WindowCounters | null): WindowCounters | null {
  if (!one || !other) return one ?? other;
  return one.count / one.allowed >= other.count / other.allowed ? one : other;
}

function refusalBy(
  { known, refusal, on }: LimitSettings,
  size: LimitSize,
  { told, disguise }: { readonly told: RetryAdvice; readonly disguise: Disguise | null },
  clientId: string,
): LimitRefusal {
  return {
    told,
    disguise,
    words: refusal ?? null,
    isBare: refusal !== undefined,
    known: known ? { namespace: known.namespace, key: known.key, value: wholeValueOf(size) } : null,
    covers: (other) => other.clientId === clientId && isAbout(on, other),
  };
}

/** A limit as the one whole number that Genesys's lists have for it: calls, jobs, or what a bucket is filled with in a minute. */
export function wholeValueOf({ calls, jobs, perSecond }: LimitSize): number {
  return calls ?? jobs ?? Math.max(1, Math.round((perSecond ?? 0) * 60));
}
