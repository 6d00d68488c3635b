import { describe, expect, it } from '@jest/globals';
import type { Figure, Report } from '../../bench/figures.js';
import { PACING_SIZES } from '../../bench/pacingBench.js';
import { compared, readRecord } from '../../bench/record.js';

function report(figures: readonly Figure[]): Report {
  return { bench: 'load', form: 'short', about: {}, figures, seconds: 1, machine: { cores: 2, node: 'v20' } };
}

const record = { command: '', recordedAt: '', cores: 2, node: '', ratios: { speed: 0.9, calls: 1.2 } };
const speed = (value: number): Figure => ({
  name: 'speed',
  value,
  unit: '×',
  recorded: { as: 'speed', better: 'higher' },
});
const calls = (value: number): Figure => ({
  name: 'calls',
  value,
  unit: '×',
  recorded: { as: 'calls', better: 'lower' },
});
const regressed = (figure: Figure): (boolean | undefined)[] =>
  compared(report([figure]), record).map((comparison) => comparison.regressed);

describe('what a benchmark is held to', () => {
  it('tolerates a ratio that is worse than the recorded one by up to a third, and no more', () => {
    expect(regressed(speed(0.61))).toEqual([false]);
    expect(regressed(speed(0.59))).toEqual([true]);
    expect(regressed(calls(1.59))).toEqual([false]);
    expect(regressed(calls(1.61))).toEqual([true]);
  });

  it('never counts a better ratio as a regression', () => {
    expect(regressed(speed(9))).toEqual([false]);
    expect(regressed(calls(0.1))).toEqual([false]);
  });

  it('grants a ratio its slack beside that share', () => {
    const few = (value: number): Figure => ({
      name: 'refused',
      value,
      unit: '%',
      recorded: { as: 'calls', better: 'lower', slack: 2 },
    });
    expect(regressed(few(3.59))).toEqual([false]);
    expect(regressed(few(3.61))).toEqual([true]);
  });

  it('lets nothing pass that was not measured or not recorded', () => {
    expect(regressed(speed(Number.NaN))).toEqual([true]);
    expect(regressed({ ...speed(1), recorded: { as: 'unheard of', better: 'higher' } })).toEqual([true]);
  });

  it('has the ratios of all the others in the repository', () => {
    const others = Object.keys(readRecord().ratios).filter((as) => !as.startsWith('pacing, '));
    expect(others.sort()).toEqual([
      'Postgres load against COPY, by processor time',
      'calls against the fewest',
      'lines against JSON.parse',
      'load against read_json, by processor time',
      'memory against 600 MB',
      'noticed jobs against jobs',
      "s3 landing against the SDK's upload, by processor time",
      "sync calls against the complaint's loop",
      'verify landings against SHA-256',
      'verify rounds against Ed25519',
      'verify rounds: memory of ten times as many',
      'verify windows: memory of ten times as many',
    ]);
  });

  it('has what ours did before each limiter of the short form of pacing', () => {
    const recorded = Object.keys(readRecord().ratios).filter((as) => as.startsWith('pacing, '));
    const names = PACING_SIZES.short.shapes.map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(recorded.sort()).toEqual(
      names
        .flatMap((name) =>
          ['time against the best', 'calls refused', 'calls when closed', 'delay of an urgent call, p95'].map(
            (figure) => `pacing, ${name}: ${figure}`,
          ),
        )
        .sort(),
    );
  });
});
