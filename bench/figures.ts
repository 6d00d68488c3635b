import { availableParallelism } from 'node:os';
import { textTable } from '../src/cli/textTable.js';

/** What the project promises of a figure at full size. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** One figure of a benchmark. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** Such as `MB/s`; `×` for a ratio. */
  readonly unit: string;
  /** Holds for the full form only, unless it says otherwise: a short one measures something smaller. */
  readonly must?: Bound;
  readonly inEveryForm?: boolean;
  /** Says that the figure means the same on every machine, under which name it is recorded, and which way is better. */
  readonly recorded?: {
    readonly as: string;
    readonly better: 'higher' | 'lower';
    /** What it may be worse by, in its own unit, beside the share that all are granted. */
    readonly slack?: number;
    /** Why this run says nothing of it, such as a machine that others had; it is shown and not held. */
    readonly unjudged?: string;
  };
}

/** What one benchmark found. */
export interface Report {
  readonly bench:
    | 'load'
    | 'memory'
    | 'calls'
    | 'speed'
    | 'pacing'
    | 'model'
    | 'sync'
    | 'verify'
    | 's3'
    | 'workers'
    | 'nightly'
    | 'live';
  readonly form: 'full' | 'short';
  /** What was measured, in words, by what it is. */
  readonly about: Readonly<Record<string, string | number>>;
  /** What figures alone do not show: cells as `textTable` takes them, and which text columns stand on the right. */
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly (string | number)[])[];
    readonly right: readonly number[];
  };
  readonly figures: readonly Figure[];
  readonly seconds: number;
  readonly machine: { readonly cores: number; readonly node: string };
}

export function machine(): Report['machine'] {
  return { cores: availableParallelism(), node: process.version };
}

/** Whether a figure is what was promised; null where nothing was, or where a short form does not show it. */
export function holds({ value, must, inEveryForm }: Figure, form: Report['form']): boolean | null {
  if (!must || (form === 'short' && !inEveryForm)) return null;
  return 'atLeast' in must ? value >= must.atLeast : value <= must.atMost;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A report as a table for people. */
export function reportText(report: Report): string {
  const rows = report.figures.map((figure) => {
    const { must } = figure;
    const bound = must ? ('atLeast' in must ? `≥ ${amount(must.atLeast)}` : `≤ ${amount(must.atMost)}`) : '';
    const held = holds(figure, report.form);
    return [
      figure.name,
      amount(figure.value),
      figure.unit,
      bound,
      held === null ? '' : held ? 'holds' : 'DOES NOT HOLD',
    ];
  });
  const about = Object.entries(report.about).map(([what, value]) => `${what} ${value}`);
  const { cores, node } = report.machine;
  return [
    `${report.bench}, ${report.form} form: ${about.join(', ')}`,
    ...(report.table ? [...textTable(report.table.head, report.table.rows, report.table.right), ''] : []),
    table(['', 'measured', '', 'must', ''], rows),
    `${report.seconds.toFixed(0)} s on ${cores} cores, Node ${node}`,
  ].join('\n');
}

/** A table whose second column holds numbers, written out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return textTable(head, rows, [1]).join('\n');
}

function amount(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
