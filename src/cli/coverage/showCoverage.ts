import type { Config } from '../../config/loadConfig.js';
import type { CoverageChoice } from '../../domain/coverage/coverageChoice.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { createStatusLine } from '../statusLine.js';
import { coverageReport } from './coverageReport.js';
import { coverageText } from './coverageText.js';

/** Where there is no terminal that says how wide it is. */
const WIDTH = 100;

/** Shows what is there of what should be. */
export async function showCoverage(config: Config, choice: CoverageChoice, output: Output): Promise<ExitCode> {
  const status = createStatusLine();
  try {
    const { report } = await coverageReport(config, choice, (waiting) => status.show(waiting));
    status.end();
    for (const line of coverageText(report, process.stdout.columns || WIDTH)) output.say(line);
    output.result(report);
    return report.ok ? EXIT.done : EXIT.completeWithGaps;
  } finally {
    status.end();
  }
}
