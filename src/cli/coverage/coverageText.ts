import { COVERAGE_STATES, describeCoverage, describeFinding } from '../../domain/coverage/coverageFinding.js';
import type { UnitCoverage } from '../../domain/coverage/judgeCoverage.js';
import { DATASET_NAMES } from '../../domain/exportWindow.js';
import { calendarText } from './calendarText.js';
import type { CoverageReport } from './coverageReport.js';

/** Findings that are shown as lines; `--json` has all. */
const FINDINGS_SHOWN = 100;

/**
 * A report for people: a calendar for each dataset, what is at fault, what is new, which nights were missed, and the verdict last.
 *
 * @param width characters of a line.
 */
export function coverageText(report: CoverageReport, width: number): string[] {
  const calendars = DATASET_NAMES.flatMap((dataset) => {
    const units = report.units.filter((unit) => unit.dataset === dataset);
    return units.length === 0 ? [] : [`${dataset}: ${countsText(units)}`, ...calendarText(units, width), ''];
  });
  return [
    ...calendars,
    ...findingLines(report),
    ...report.unknownUnits.map(
      (unit) =>
        `never loaded: a nightly load of the configuration is to bring ${unit}, and no export has read such a unit: it is misspelt, not visible to the OAuth client ('rosterline check' says), or no night has run`,
    ),
    ...report.newUnits.map(
      ({ dataset, unit, managementUnitId, since, isExpected }) =>
        `new: ${dataset} of ${unit} (${managementUnitId}): ${since === null ? 'nothing was loaded yet' : `there since ${since}`}${isExpected ? '' : ', and no nightly load of the configuration brings it'}`,
    ),
    ...nightLines(report),
    verdict(report),
  ];
}

/** What is at fault, a line each. */
export function findingLines({ findings }: Pick<CoverageReport, 'findings'>): string[] {
  const more = findings.length - FINDINGS_SHOWN;
  return [
    ...findings.slice(0, FINDINGS_SHOWN).map(describeFinding),
    ...(more > 0 ? [`and ${more.toLocaleString('en')} more; --json has all`] : []),
  ];
}

/** What Temporal said of nights, or why it could not be asked. */
export function nightLines({ temporal }: Pick<CoverageReport, 'temporal'>): string[] {
  if ('notAsked' in temporal)
    return [`Temporal could not be asked for nights that were missed, and for exports that run: ${temporal.notAsked}`];
  return [
    ...temporal.missedNights.map(({ message }) => `missed night: ${message}`),
    ...temporal.pausedNights.map(({ name, note }) => `nightly ${name} is paused${note ? `: ${note}` : ''}`),
  ];
}

function countsText(units: readonly UnitCoverage[]): string {
  const counts = COVERAGE_STATES.map((state) => ({
    state,
    days: units.reduce((sum, { days }) => sum + days[state], 0),
  })).filter(({ days }) => days > 0);
  const said = counts.map(({ state, days }) => `${days.toLocaleString('en')} ${describeCoverage(state)}`);
  return `${units.length} ${units.length === 1 ? 'unit' : 'units'}; days: ${said.length === 0 ? 'none' : said.join(', ')}`;
}

function verdict({ ok, findings, units, unknownUnits, temporal }: CoverageReport): string {
  const days = units.reduce(
    (sum, { runs, days: of }) => sum + (runs.length === 0 ? 0 : Object.values(of).reduce((a, b) => a + b, 0)),
    0,
  );
  if (units.length === 0 && ok) return 'nothing is there, and nothing is expected yet: no day was ever asked for';
  if (ok) return `coverage is whole: ${days.toLocaleString('en')} days as they should be`;
  const faulty = findings.reduce((sum, finding) => sum + finding.days, 0);
  const missed = 'missedNights' in temporal ? temporal.missedNights.length : 0;
  const said = [
    ...(faulty > 0 ? [`${faulty.toLocaleString('en')} of ${days.toLocaleString('en')} days at fault`] : []),
    ...(unknownUnits.length > 0
      ? [`${unknownUnits.length} expected ${unknownUnits.length === 1 ? 'unit' : 'units'} never loaded`]
      : []),
    ...(missed > 0 ? [`${missed} ${missed === 1 ? 'night' : 'nights'} missed`] : []),
  ];
  return `coverage is not whole: ${said.join(', ')}${faulty > 0 ? '; rosterline coverage repair --dry-run shows what would be loaded' : ''}`;
}
