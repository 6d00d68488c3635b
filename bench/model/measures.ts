import { median } from '../figures.js';
import type { Run } from './simulate.js';
import type { Shape } from './shapes.js';

/** What one run says of the model. Shares are in per cent. */
export interface Measures {
  /** Of what the limiter allowed and others left, from the shape's first window that counts. */
  readonly usedPercent: number;
  /** Of all calls sent after two windows. */
  readonly refusedPercent: number;
  /** First window after which five in a row are used to 90 per cent; null when there is none. */
  readonly windowsToConverge: number | null;
  readonly urgentP95Seconds: number;
}

export function measures(shape: Shape, run: Run): Measures {
  return {
    usedPercent: usedPercent(shape, run, shape.fromWindow, shape.windows),
    refusedPercent: refusedPercent(shape, run, 2, shape.windows),
    windowsToConverge: foundAfter(shape, run, 0, 5, 90),
    urgentP95Seconds:
      percentile(
        run.urgent.filter(({ wantedMs }) => wantedMs >= shape.fromWindow * shape.windowMs).map(({ tookMs }) => tookMs),
        0.95,
      ) / 1000,
  };
}

export function usedPercent(shape: Shape, { ledger }: Run, fromWindow: number, toWindow: number): number {
  const [fromMs, toMs] = [fromWindow * shape.windowMs, toWindow * shape.windowMs];
  const allowed = allowedCalls(shape, fromWindow, toWindow) - countIn(ledger.othersMs, fromMs, toMs);
  return (100 * countIn(ledger.acceptedMs, fromMs, toMs)) / Math.max(1, allowed);
}

export function refusedPercent(shape: Shape, { ledger }: Run, fromWindow: number, toWindow: number): number {
  const [fromMs, toMs] = [fromWindow * shape.windowMs, toWindow * shape.windowMs];
  const refused = countIn(ledger.refusedMs, fromMs, toMs);
  return (100 * refused) / Math.max(1, refused + countIn(ledger.acceptedMs, fromMs, toMs));
}

/** Windows from one on until so many in a row are used to so many per cent. */
export function foundAfter(shape: Shape, run: Run, fromWindow: number, inARow: number, percent: number): number | null {
  for (let window = fromWindow; window + inARow <= shape.windows; window++) {
    if (usedPercent(shape, run, window, window + inARow) >= percent) return window - fromWindow;
  }
  return null;
}

export function medianOf(values: readonly (number | null)[]): number | null {
  const middle = median(values.map((value) => value ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(middle) ? middle : null;
}

function allowedCalls({ perWindow, change }: Shape, fromWindow: number, toWindow: number): number {
  if (!change) return perWindow * (toWindow - fromWindow);
  const before = Math.max(0, Math.min(toWindow, change.atWindow) - fromWindow);
  const after = Math.max(0, toWindow - Math.max(fromWindow, change.atWindow));
  return perWindow * (before + change.factor * after);
}

function countIn(instants: readonly number[], fromMs: number, toMs: number): number {
  return indexOf(instants, toMs) - indexOf(instants, fromMs);
}

function indexOf(instants: readonly number[], atMs: number): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
