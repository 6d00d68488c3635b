import { Closing } from '../src/cli/closing.js';
import { EXIT, type ExitCode, type Output } from '../src/cli/output.js';
import { createStatusLine } from '../src/cli/statusLine.js';
import { computingHeld } from './computing.js';
import { reportText, table } from './figures.js';
import { type Held, heldTo, WAITING } from './heldBenches.js';
import { type Comparison, readRecord } from './record.js';

/** Runs all short forms and holds them to the record: those that compute, at the lowest priority, beside those that wait. */
export async function ciBench(output: Output): Promise<ExitCode> {
  const recorded = readRecord();
  const status = createStatusLine();
  const closing = new Closing();
  const say = (name: string, line: string): void => status.show(`${name}: ${line}`);
  const onReport = (report: Parameters<typeof reportText>[0]): void => {
    status.end();
    output.say(`${reportText(report)}\n`);
  };
  let held: Held[];
  try {
    const lanes = await Promise.all([
      computingHeld(closing, say, onReport),
      ...WAITING.map((name) => heldTo(name, recorded, (line) => say(name, line), onReport)),
    ]);
    held = lanes.flat();
  } finally {
    status.end();
    await closing.close();
  }
  const comparisons = held.flatMap((each) => each.comparisons);
  output.say(comparisonText(comparisons));
  const ok = held.every(({ kept }) => kept) && !comparisons.some(({ regressed }) => regressed);
  output.result({ ok, recorded, comparisons, reports: held.flatMap(({ reports }) => reports) });
  return ok ? EXIT.done : EXIT.failed;
}

function comparisonText(comparisons: readonly Comparison[]): string {
  const shown = (value: number | null): string => value?.toFixed(3) ?? '–';
  return table(
    ['ratio', 'measured', 'recorded', 'worst tolerated', ''],
    comparisons.map(({ as, measured, recorded, limit, regressed, unjudged }) => [
      as,
      shown(measured),
      shown(recorded),
      shown(limit),
      regressed ? 'REGRESSED' : unjudged === undefined ? 'ok' : `not judged: ${unjudged}`,
    ]),
  );
}
