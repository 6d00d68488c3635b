import { type ChaosKind, TRANSIENT_KINDS } from '../../src/simulator/control/chaos.js';
import type { FaultInput } from '../../src/simulator/control/fault.js';
import { RETRY_AFTER_FORMS } from '../../src/simulator/control/retryAfterForm.js';
import type { Random } from '../../src/simulator/data/seededRandom.js';
import { localDays } from '../../src/domain/calendar.js';
import type { Asked } from './checks.js';

/** One thing that strikes a round, at an instant from its start. What lasts is undone after `forMs`. */
export type Strike = { readonly atMs: number } & (
  | { readonly what: 'worker' }
  | { readonly what: 'server'; readonly forMs: number }
  | { readonly what: 'pause'; readonly forMs: number }
  | { readonly what: 'locked'; readonly forMs: number }
  | { readonly what: 'objectsAway'; readonly forMs: number }
  | { readonly what: 'fault'; readonly fault: FaultInput; readonly forMs?: number }
  | { readonly what: 'wrongSecret'; readonly forMs: number }
  | { readonly what: 'chaos'; readonly seed: number; readonly rate: number; readonly forMs: number }
  /** A unit's day, or the whole window that begins with it, that Genesys never gets right. */
  | { readonly what: 'gap'; readonly gap: PlannedGap }
);

/** A gap that a round makes on purpose. */
export interface PlannedGap {
  readonly unit: string;
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly reason: 'TooLarge' | 'Corrupt';
  readonly fault: FaultInput;
}

interface RoundShape {
  readonly asked: Asked;
  readonly units: readonly { readonly name: string; readonly timeZone: string }[];
  /** Days of an adherence window. */
  readonly windowDays: number;
  /** Windows in all, about. */
  readonly windows: number;
}

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk$';
const AGGREGATES = '/api/v2/analytics/users/aggregates/query';
/** Calls that share a limit, and so a gate. */
const FAMILIES = [
  { method: 'POST', path: BULK },
  { method: 'POST', path: AGGREGATES },
  { method: 'GET', path: '/api/v2/' },
] as const;
const ANYWHERE = [...FAMILIES, { method: 'GET', path: '/downloads/' }] as const;
const PERMISSIONS = ['wfm:historicalAdherence:view', 'analytics:userAggregate:view'] as const;

/** Draws what strikes a round. */
export function drawStrikes(random: Random, shape: RoundShape): Strike[] {
  const strikes: Strike[] = [];
  // Most exports are still under way then: strikes themselves make them longer.
  const spreadMs = Math.min(25_000, 6_000 + 250 * shape.windows);
  const at = () => ({ atMs: random.integer(0, spreadMs) });
  const forMs = (min: number, max: number) => ({ forMs: random.integer(min, max) });
  const several = (max: number, draw: () => Strike) => {
    for (let left = random.integer(0, max); left > 0; left--) strikes.push(draw());
  };

  several(4, () => ({ ...at(), what: 'fault', fault: throttle(random) }));
  several(6, () => ({ ...at(), what: 'fault', fault: passing(random) }));
  several(3, () => ({ ...at(), what: 'worker' }));
  several(1, () => ({ ...at(), what: 'server', ...forMs(300, 7_000) }));
  several(1, () => ({ ...at(), what: 'pause', ...forMs(500, 5_000) }));
  // One of each: a second one that met the same window again would rightly be a gap.
  if (random.chance(0.3)) strikes.push({ ...at(), what: 'fault', fault: { kind: 'jobError' } });
  if (random.chance(0.5)) strikes.push({ ...at(), what: 'fault', fault: corrupting(random) });
  if (random.chance(0.4))
    strikes.push({ ...at(), what: 'chaos', seed: random.integer(1, 1_000_000), rate: 0.08, ...forMs(5_000, 20_000) });
  // Each costs up to a minute, because what a person must mend is tried once a minute: at most one.
  if (random.chance(0.45)) strikes.push(systemic(random, { ...at(), ...forMs(2_000, 8_000) }));
  if (random.chance(0.3)) strikes.push({ atMs: 0, what: 'gap', gap: plannedGap(random, shape) });
  return strikes.sort((one, other) => one.atMs - other.atMs);
}

/** Whether it is there before the export starts. */
export function isFromTheStart({ what }: Strike): boolean {
  return what === 'gap' || what === 'locked';
}

/** What a strike is called in a round's line. */
export function nameOf(strike: Strike): string {
  if (strike.what === 'gap') return `gap:${strike.gap.reason}`;
  if (strike.what !== 'fault') return strike.what;
  const { fault } = strike;
  if (fault.kind === 'throttle' && typeof fault.retryAfter === 'object')
    return `throttle:${fault.retryAfter?.form ?? 'none'}`;
  if (fault.kind === 'reset') return `reset:${fault.when}`;
  if (fault.kind === 'status') return `status:${fault.status}`;
  if (fault.kind === 'wrongLength') return `wrongLength:${fault.as ?? 'larger'}`;
  return fault.kind;
}

/** Kinds of chaos: those that pass by themselves, however often they meet the same window. A window that meets a corrupt answer twice is a gap. */
export const CHAOS_KINDS: ChaosKind[] = TRANSIENT_KINDS.filter(
  (kind) => kind !== 'wrongLength' && kind !== 'alteredBytes',
);

function throttle(random: Random): FaultInput {
  const retryAfter = { form: random.pick(RETRY_AFTER_FORMS), seconds: random.integer(0, 6) };
  return { kind: 'throttle', ...random.pick(FAMILIES), retryAfter };
}

function passing(random: Random): FaultInput {
  const call = random.pick(ANYWHERE);
  const times = random.integer(1, 3);
  const status = random.pick([500, 502, 503, 504]);
  return random.pick<() => FaultInput>([
    () => ({
      kind: 'status',
      ...call,
      times,
      status,
      body: { status, code: 'internal.server.error', message: 'Sorry.' },
    }),
    () => ({ kind: 'status', ...call, times, status, body: '<html><body><h1>Bad Gateway</h1></body></html>' }),
    () => ({ kind: 'reset', ...call, times, when: 'before' }),
    () => ({ kind: 'reset', ...call, times, when: 'after' }),
    () => ({ kind: 'slowBody', ...call, times, bytesPerSecond: random.pick([2_000, 20_000]) }),
    () => ({ kind: 'truncatedBody', ...call, times }),
    () => ({ kind: 'wrongLength', ...call, times, as: 'larger' }),
    () => ({ kind: 'expiredUrl', times }),
    () => ({ kind: 'urlExpiredMidDownload', times, afterBytes: random.integer(0, 5_000) }),
    () => ({ kind: 'jobUnknown', times }),
    () => ({ kind: 'tokenRevoked' }),
  ])();
}

function corrupting(random: Random): FaultInput {
  return random.pick<() => FaultInput>([
    () => ({ kind: 'wrongLength', ...random.pick(ANYWHERE), as: random.pick(['smaller', 'chunked']) }),
    () => ({ kind: 'alteredBytes', how: random.pick(['transit', 'shape']) }),
  ])();
}

function systemic(random: Random, when: { atMs: number; forMs: number }): Strike {
  return random.pick<() => Strike>([
    // Between loads nobody else would get it: from before the export on.
    () => ({ ...when, atMs: 0, what: 'locked' }),
    () => ({ ...when, what: 'objectsAway' }),
    () => ({ ...when, what: 'wrongSecret' }),
    () => ({ ...when, what: 'fault', fault: { kind: 'permissionWithdrawn', permission: random.pick(PERMISSIONS) } }),
  ])();
}

/** Matches a request by the instant at which its window begins: those of one unit, unless another's midnight is the same. */
function plannedGap(random: Random, { asked, units, windowDays }: RoundShape): PlannedGap {
  const unit = random.pick(units);
  const windows = Math.floor((Date.parse(asked.to) - Date.parse(asked.from)) / 86_400_000 / windowDays);
  const days = localDays(unit.timeZone, asked.from, asked.to);
  const first = random.integer(0, windows - 1) * windowDays;
  const day = days[first];
  if (!day) throw new RangeError('a window begins on no day');
  const match = `"startDate":"${day.startAt.replace(/(:\d\d)(\.\d+)?Z$/, '')}`;
  const dateAfter = (count: number) => days[first + count]?.localDate ?? asked.to;
  return random.chance(0.5)
    ? {
        unit: unit.name,
        from: day.localDate,
        to: dateAfter(1),
        reason: 'TooLarge',
        fault: { kind: 'jobError', times: null, match },
      }
    : {
        unit: unit.name,
        from: day.localDate,
        to: dateAfter(windowDays),
        reason: 'Corrupt',
        fault: { kind: 'missingField', field: 'dayMetrics', times: null, match },
      };
}
