import type { Telephony } from './telephony.js';
import { isInFailover } from './trunks.js';

/** How long after a refusal calls may still come that were sent before it was read, in milliseconds. */
const ON_THE_WAY_MS = 300;

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
const ROUTE = /^\/api\/v2\/telephony\/providers\/edges\/sites\/[^/]+\/outboundroutes\/([^/]+)$/;
const ROW = /^\/api\/v2\/flows\/datatables\/[^/]+\/rows(?:\/([^/]+))?$/;

type Family = 'routes' | 'rows';

interface Closure {
  readonly openedAtMs: number;
  untilMs: number;
  /** Trunk bases whose writes it refuses. */
  readonly covered: Set<string>;
}

/** A write that is refused because a trunk that it is about is in failover. */
export interface FailoverRefusal {
  readonly untilMs: number;
  readonly retryAfterSeconds: number;
  /** Whether it came while an earlier refusal told it to stay away, and not on the way already. */
  readonly isTooEarly: boolean;
  readonly covers: (call: { readonly method: string; readonly path: string }) => boolean;
}

/**
 * The first complaint, as a switch: once a trunk goes into failover, writes about it are refused, routes that hold it and its row alike.
 *
 * The first such write after a failover closes its family (routes or rows) for the time that it is told; what comes before that is over
 * makes it longer. Trunks that go into failover while it is closed are covered too, and can be written as it opens. How
 * Genesys does it, if it does, nobody has published.
 */
export class FailoverWrites {
  readonly #fresh: Record<Family, Set<string>> = { routes: new Set(), rows: new Set() };
  readonly #closures: Record<Family, Closure | null> = { routes: null, rows: null };
  refused = 0;
  tooEarly = 0;

  constructor(
    private readonly telephony: Telephony,
    private readonly now: () => number,
  ) {
    telephony.onFailover = (base, atMs) => {
      for (const family of ['routes', 'rows'] as const) {
        const closure = this.#closures[family];
        if (closure && atMs < closure.untilMs) closure.covered.add(base.id);
        else this.#fresh[family].add(base.id);
      }
    };
  }

  /** Whether a write goes through; null where it does. @param body of the call, as it was parsed. */
  meet(method: string, path: string, body: unknown): FailoverRefusal | null {
    const { failoverWrites: settings } = this.telephony.settings;
    const family = familyOf(method, path);
    if (!settings || !family) return null;
    const nowMs = this.now();
    const bases = this.#basesOf(path, body);
    const closed = this.#closures[family];
    if (closed && nowMs < closed.untilMs) {
      if (!bases.some((id) => closed.covered.has(id))) return null;
      const isTooEarly = nowMs > closed.openedAtMs + ON_THE_WAY_MS;
      if (isTooEarly) closed.untilMs += settings.penaltySeconds * 1000;
      return this.#refusal(family, closed, isTooEarly);
    }
    const fresh = this.#fresh[family];
    for (const id of fresh) if (!this.#isOut(id)) fresh.delete(id);
    if (!bases.some((id) => fresh.has(id))) return null;
    const closure = { openedAtMs: nowMs, untilMs: nowMs + settings.retryAfterSeconds * 1000, covered: new Set(fresh) };
    this.#closures[family] = closure;
    fresh.clear();
    return this.#refusal(family, closure, false);
  }

  /** Whether a trunk of a base is in failover still: one that came back before anybody wrote about it is nobody's concern. */
  #isOut(baseId: string): boolean {
    return this.telephony.trunks.some((trunk) => trunk.base.id === baseId && isInFailover(trunk));
  }

  #refusal(family: Family, { untilMs, covered }: Closure, isTooEarly: boolean): FailoverRefusal {
    this.refused++;
    if (isTooEarly) this.tooEarly++;
    return {
      untilMs,
      retryAfterSeconds: Math.ceil((untilMs - this.now()) / 1000),
      isTooEarly,
      covers: ({ method, path }) =>
        familyOf(method, path) === family && this.#basesOf(path, null).some((id) => covered.has(id)),
    };
  }

  /** Trunk bases that a write is about: those that its route holds, or the key of its row. */
  #basesOf(path: string, body: unknown): readonly string[] {
    const route = this.telephony.routes.find(({ id }) => id === ROUTE.exec(path)?.[1]);
    if (route) return route.trunkBaseIds;
    const key = ROW.exec(path)?.[1] ?? (body as { readonly key?: unknown } | null)?.key;
    return typeof key === 'string' ? [decodeURIComponent(key)] : [];
  }
}

function familyOf(method: string, path: string): Family | null {
  if (!WRITES.includes(method)) return null;
  if (ROUTE.test(path)) return 'routes';
  return ROW.test(path) ? 'rows' : null;
}
