import { LimitState } from '../src/domain/budget/limitState.js';
import { type Figure, machine, type Report } from './figures.js';
import { foundAfter, type Measures, measures, medianOf, refusedPercent, usedPercent } from './model/measures.js';
import { type Row, SHAPES, type Shape } from './model/shapes.js';
import { EPOCH_MS, simulate } from './model/simulate.js';

/** Seeds that nothing was tuned on: the model was tuned on 0 to 15. The short form measures less. */
const FORMS = {
  full: { seeds: [100, 101, 102, 103, 104, 105, 106, 107], shapes: SHAPES },
  short: {
    seeds: [100, 101, 102],
    shapes: SHAPES.filter(({ name }) =>
      [
        'fixed 300/min, told exactly',
        'fixed 60/5 min, told 30 s, penalty 20 s',
        'rolling 100/5 min, nothing told',
        '20 jobs, nothing told',
        'fixed 50/min, nothing told, of jobs',
      ].includes(name),
    ),
  },
} as const;

/** A change comes when the model had time to learn, and has this many windows to be found. */
const CHANGE_AT = 20;
const WINDOWS_AFTER = 40;
const LONGEST_CHANGED_MS = 15 * 60_000;

/** What the seeds of one shape say: medians, and the worst where it matters. */
interface ShapeResult {
  readonly shape: Shape;
  readonly used: number | null;
  readonly usedWorst: number;
  readonly refused: number | null;
  readonly refusedWorst: number;
  readonly converged: number | null;
  readonly urgentSeconds: number | null;
  readonly halvedRefused: number | null;
  readonly halvedRecovered: number | null;
  readonly doubledFound: number | null;
  readonly restartedRefused: number | null;
  readonly restartedUsed: number | null;
}

/**
 * Runs the model of limits alone over limits of every shape, at full length in simulated time, with seeds it was not tuned on.
 *
 * Used and refused are shares of what the limiter allowed and of what was sent, medians over the seeds; each promise is held by the
 * shape of its row that does worst.
 */
export async function modelBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const { seeds, shapes } = FORMS[form];
  const results: ShapeResult[] = [];
  for (const shape of shapes) {
    say(`${results.length + 1} of ${shapes.length}: ${shape.name}`);
    // Lets the line be drawn.
    await new Promise((resolve) => setImmediate(resolve));
    results.push(resultOf(shape, seeds));
  }
  return {
    bench: 'model',
    form,
    about: { shapes: shapes.length, seeds: seeds.join(' '), 'tuned on seeds': '0 to 15' },
    figures: [...rowFigures(results), ...changeFigures(results)],
    table: { head: HEAD, rows: results.map(rowOf), right: HEAD.map((_, column) => column).slice(1) },
    seconds: (Date.now() - startedAt) / 1000,
    machine: machine(),
  };
}

function resultOf(shape: Shape, seeds: readonly number[]): ShapeResult {
  const runs = seeds.map((seed) => simulate(shape, seed));
  const found = runs.map((run) => measures(shape, run));
  const of = (key: keyof Measures): number | null => medianOf(found.map((each) => each[key]));
  const restarts = runs.map(({ state, lengthMs }, index) => restarted(shape, index, state, lengthMs));
  const windowed = shape.windowMs <= LONGEST_CHANGED_MS && shape.others === 0;
  const halved = windowed ? changed(shape, 0.5, seeds) : null;
  const doubled = windowed ? changed(shape, 2, seeds) : null;
  return {
    shape,
    used: of('usedPercent'),
    usedWorst: Math.min(...found.map(({ usedPercent }) => usedPercent)),
    refused: of('refusedPercent'),
    refusedWorst: Math.max(...found.map(({ refusedPercent: refused }) => refused)),
    converged: of('windowsToConverge'),
    urgentSeconds: of('urgentP95Seconds'),
    halvedRefused: halved && medianOf(halved.map(({ refused }) => refused)),
    halvedRecovered: halved && medianOf(halved.map(({ recovered }) => recovered)),
    doubledFound: doubled && medianOf(doubled.map(({ recovered }) => recovered)),
    restartedRefused: medianOf(restarts.map(({ refused }) => refused)),
    restartedUsed: medianOf(restarts.map(({ used }) => used)),
  };
}

/** A quota that changes while we run: refused in the six windows after, and windows until three in a row are used to 85 or 90 per cent. */
function changed(
  shape: Shape,
  factor: number,
  seeds: readonly number[],
): { refused: number; recovered: number | null }[] {
  const changing = { ...shape, windows: CHANGE_AT + WINDOWS_AFTER, change: { atWindow: CHANGE_AT, factor } };
  return seeds.map((seed) => {
    const run = simulate(changing, seed);
    return {
      refused: refusedPercent(changing, run, CHANGE_AT, CHANGE_AT + 6),
      recovered: foundAfter(changing, run, CHANGE_AT, 3, factor < 1 ? 85 : 90),
    };
  });
}

/** The first six windows of a run that starts from what an earlier one had learnt, read back from JSON. */
function restarted(
  shape: Shape,
  seed: number,
  learnt: LimitState,
  lengthMs: number,
): { refused: number; used: number } {
  const from = LimitState.parse(JSON.parse(JSON.stringify(learnt)));
  const short = { ...shape, windows: 6, change: null };
  const run = simulate(short, 200 + seed, { from, epochMs: EPOCH_MS + lengthMs + 600_000 });
  return { refused: refusedPercent(short, run, 0, 6), used: usedPercent(short, run, 0, 6) };
}

const MUST: Readonly<Record<Exclude<Row, 'beyond'>, { name: string; used: number; refused: number }>> = {
  dated: { name: 'exact header, 300 or more a window', used: 97, refused: 0.5 },
  undated: { name: 'nothing or an early instant told', used: 92, refused: 1 },
  jobs: { name: '10 jobs in flight or more', used: 80, refused: 1 },
  daily: { name: "a day's quota, from the third day", used: 97, refused: 0.1 },
};

function rowFigures(results: readonly ShapeResult[]): Figure[] {
  return Object.entries(MUST).flatMap(([row, must]) => {
    const held = results.filter(({ shape }) => shape.row === row);
    if (held.length === 0) return [];
    const used = Math.min(...held.map((result) => result.used ?? Number.NaN));
    const refused = Math.max(...held.map((result) => result.refused ?? Number.NaN));
    return [
      figure(`${must.name}: used`, used, '%', { atLeast: must.used }),
      figure(`${must.name}: refused after two windows`, refused, '%', { atMost: must.refused }),
    ];
  });
}

function changeFigures(results: readonly ShapeResult[]): Figure[] {
  const held = results.filter(({ shape }) => shape.row === 'dated' || shape.row === 'undated');
  const worst = (key: 'halvedRefused' | 'doubledFound' | 'restartedRefused'): number =>
    Math.max(
      ...held
        .filter(({ shape }) => key === 'restartedRefused' || shape.windowMs <= LONGEST_CHANGED_MS)
        .map((result) => result[key] ?? Number.POSITIVE_INFINITY),
    );
  const leastUsed = Math.min(...held.map(({ restartedUsed }) => restartedUsed ?? 0));
  return [
    figure('a quota halved: refused in the six windows after', worst('halvedRefused'), '%', { atMost: 5 }),
    figure('a quota doubled: found after', worst('doubledFound'), 'windows', { atMost: 25 }),
    figure('restart: used in the first six windows', leastUsed, '%', { atLeast: 85 }),
    figure('restart: refused in them', worst('restartedRefused'), '%', { atMost: 2 }),
  ];
}

/** The same on every machine, so that the short form shows it too. */
function figure(name: string, value: number, unit: string, must: NonNullable<Figure['must']>): Figure {
  return { name, value, unit, must, inEveryForm: true };
}

const HEAD = [
  'limit',
  'used %',
  'worst',
  'refused %',
  'worst',
  'converged after',
  'urgent p95 s',
  'halved: refused %',
  'recovered after',
  'doubled: found after',
  'restart: used %',
  'refused %',
];

function rowOf(result: ShapeResult): string[] {
  const shown = (value: number | null, digits: number): string => value?.toFixed(digits) ?? '–';
  return [
    result.shape.name,
    shown(result.used, 1),
    shown(result.usedWorst, 1),
    shown(result.refused, 2),
    shown(result.refusedWorst, 2),
    shown(result.converged, 0),
    shown(result.urgentSeconds, 1),
    shown(result.halvedRefused, 1),
    shown(result.halvedRecovered, 0),
    shown(result.doubledFound, 0),
    shown(result.restartedUsed, 1),
    shown(result.restartedRefused, 2),
  ];
}
