import { z } from 'zod';

const times = z.number().int().positive().default(1);
const method = z.string().min(1).default('*');
const path = z.string().min(1);

/**
 * A fault to inject, as `POST control/faults` takes it.
 *
 * `path` is a prefix where it starts with a slash and has no character special to regular expressions but the dot, else a
 * regular expression, tried on the path without its query. `method` is `*` for any. `times` is how often it strikes.
 */
export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Answers 429. With `closes`, every matching call is refused, the seconds counted down, until `retryAfter` is over. */
    kind: z.literal('throttle'),
    method,
    path,
    /** Seconds, or any text for the header (dates, nonsense); null sends none. Only seconds and dates can close. */
    retryAfter: z.union([z.string(), z.number().nonnegative()]).nullable(),
    times,
    closes: z.boolean().default(true),
  }),
  z.strictObject({
    /** The next jobs (whose request contains `match`) end in `Error`. */
    kind: z.literal('jobError'),
    times,
    match: z.string().optional(),
  }),
  /** The next downloads find their URL expired; that URL stays so, a fresh one works. */
  z.strictObject({ kind: z.literal('expiredUrl'), times }),
  z.strictObject({
    /** The next downloads (all, while `times` is null) are served at this rate. */
    kind: z.literal('downloadRate'),
    bytesPerSecond: z.number().positive(),
    times: z.number().int().positive().nullable().default(null),
  }),
  z.strictObject({
    /** Answers any status, with a JSON body, or text as HTML. */
    kind: z.literal('status'),
    method,
    path,
    status: z.number().int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    times,
  }),
]);
export type Fault = z.infer<typeof Fault>;
/** A fault as people write it: what has a default may be left out. */
export type FaultInput = z.input<typeof Fault>;
export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

interface Armed {
  readonly fault: Fault;
  left: number;
  closedUntilMs: number;
}

/** A refusal that a throttle fault asks for. */
export interface Refusal {
  readonly retryAfter: string | number | null;
  /** When the refused calls may come again, milliseconds since the epoch; null where the header does not say. */
  readonly untilMs: number | null;
  readonly covers: (method: string, path: string) => boolean;
}

/** The faults that are armed, in the order in which they were added; the first that matches strikes. */
export class Faults {
  #armed: Armed[] = [];

  constructor(private readonly now: () => number) {}

  add(fault: Fault): void {
    this.#armed.push({ fault, left: fault.times ?? Infinity, closedUntilMs: -Infinity });
  }

  clear(): void {
    this.#armed = [];
  }

  list(): (Fault & { left: number | null })[] {
    return this.#armed.map(({ fault, left }) => ({ ...fault, left: Number.isFinite(left) ? left : null }));
  }

  /** Strikes once with the first fault of a kind that fits, or not at all. */
  take<Kind extends Fault['kind']>(
    kind: Kind,
    fits: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    const armed = this.#armed.find((one) => one.left > 0 && isOfKind(one.fault, kind) && fits(one.fault));
    if (!armed) return undefined;
    armed.left--;
    this.#dropSpent();
    return armed.fault as FaultOf<Kind>;
  }

  /** Whether a call is to be refused with 429. */
  throttle(method: string, path: string): Refusal | undefined {
    const now = this.now();
    this.#dropSpent();
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.kind !== 'throttle' || !strikes(fault, method, path)) continue;
      const covers = (otherMethod: string, otherPath: string): boolean => strikes(fault, otherMethod, otherPath);
      if (now < armed.closedUntilMs) {
        const retryAfter = Math.ceil((armed.closedUntilMs - now) / 1000);
        return { retryAfter, untilMs: armed.closedUntilMs, covers };
      }
      if (armed.left === 0) continue;
      armed.left--;
      const untilMs = retryInstant(fault.retryAfter, now);
      if (fault.closes && untilMs !== null) armed.closedUntilMs = untilMs;
      return { retryAfter: fault.retryAfter, untilMs, covers };
    }
    return undefined;
  }

  status(method: string, path: string): FaultOf<'status'> | undefined {
    return this.take('status', (fault) => strikes(fault, method, path));
  }

  #dropSpent(): void {
    const now = this.now();
    this.#armed = this.#armed.filter((armed) => armed.left > 0 || now < armed.closedUntilMs);
  }
}

function isOfKind<Kind extends Fault['kind']>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.kind === kind;
}

function strikes(fault: { method: string; path: string }, method: string, path: string): boolean {
  if (fault.method !== '*' && fault.method.toUpperCase() !== method) return false;
  const isPrefix = fault.path.startsWith('/') && !/[\\^$*+?()[\]{}|]/.test(fault.path);
  return isPrefix ? path.startsWith(fault.path) : new RegExp(fault.path).test(path);
}

function retryInstant(retryAfter: string | number | null, nowMs: number): number | null {
  if (retryAfter === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(retryAfter.toString())) return nowMs + Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter.toString());
  return Number.isNaN(date) ? null : date;
}
