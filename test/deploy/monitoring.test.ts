import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SYSTEMIC_FAILURES } from '../../src/domain/failure.js';
import { findExecutable } from '../../src/temporal/findExecutable.js';
import { documentedLabels } from '../support/metricCatalogue.js';
import { alertRules, dashboardExpressions, promExpression } from '../support/promExpressions.js';
import { textOf } from '../support/projectFiles.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = alertRules();
const PANELS = dashboardExpressions();
const EXPRESSIONS = [
  ...RULES.map(({ alert, expr }) => [alert, expr]),
  ...PANELS.map(({ title, expr }) => [title, expr]),
];
/** Prometheus's own, and what it adds to each scrape and each histogram. */
const PROMETHEUS = { metrics: ['up'], labels: ['le', 'job', 'instance'] };
/** Which of Temporal's there are is held to a real scrape by test/e2e/telemetry.test.ts; these are their labels. */
const TEMPORALS_LABELS = ['task_queue', 'worker_type', 'workflow_type', 'activity_type', 'failure_reason'];

const promtool = findExecutable('promtool', process.env);
if (promtool === undefined)
  process.stderr.write('skipped, for want of promtool: whether each alert fires for what it is named after\n');

describe('the alert rules and the dashboard', () => {
  const labelsOf = documentedLabels();

  it.each(EXPRESSIONS)('ask in PromQL, for metrics and labels that exist: %s', (_name, expr = '') => {
    const { errors, metrics, labels } = promExpression(expr);
    expect(errors).toEqual([]);
    expect(metrics).not.toEqual([]);
    const ours = metrics.filter((name) => !name.startsWith('temporal_') && !PROMETHEUS.metrics.includes(name));
    for (const name of ours) expect([...labelsOf.keys()]).toContain(name);
    const known = [...metrics.flatMap((name) => labelsOf.get(name) ?? []), ...PROMETHEUS.labels, ...TEMPORALS_LABELS];
    for (const label of labels) expect(known).toContain(label);
  });

  it('would be refused with an expression that Prometheus does not take, or a metric that is only in its name', () => {
    expect(promExpression('sum(up{job=}').errors).not.toEqual([]);
    expect(promExpression('rate(rosterline_requests_total[5m]').errors).not.toEqual([]);
    expect(promExpression('{__name__=~"rosterline_.*"}')).toMatchObject({ metrics: [], labels: ['__name__'] });
    const { metrics, labels } = promExpression('sum by (le, family) (rate(rosterline_a_bucket{kind!="b"}[5m])) or c');
    expect([metrics, labels]).toEqual([
      ['rosterline_a', 'c'],
      ['le', 'family', 'kind'],
    ]);
  });

  it('show every metric that there is, in a panel or an alert', () => {
    const asked = new Set(EXPRESSIONS.flatMap(([, expr = '']) => promExpression(expr).metrics));
    expect([...labelsOf.keys()].filter((name) => !asked.has(name))).toEqual([]);
  });
});

describe('deploy/prometheus/rosterline.yml', () => {
  it('has alerts of different names, each with a severity, a summary and a section that says what to do', () => {
    const headings = [...textOf('docs/operations.md').matchAll(/^### (Rosterline\w+)$/gm)].map(([, name]) => name);
    expect(RULES.map(({ alert }) => alert).sort()).toEqual([...headings].sort());
    expect(new Set(headings).size).toBe(headings.length);
    for (const { alert, labels, annotations } of RULES) {
      expect(['critical', 'warning', 'info']).toContain(labels['severity']);
      expect(annotations['summary']).toMatch(/\w/);
      expect(annotations['runbook']).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    }
  });

  it('knows the kinds of pauses that there are', () => {
    for (const kind of SYSTEMIC_FAILURES) expect(textOf('docs/metrics.md')).toContain(`\`${kind}\``);
  });

  it('is what deploy/prometheus/prometheus.yml loads, by the name of the job that alerts ask for', () => {
    const config = parse(textOf('deploy/prometheus/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string }[];
    };
    expect(config.rule_files).toEqual(['rosterline.yml']);
    const jobs = new Set(RULES.flatMap(({ expr }) => [...expr.matchAll(/job="(\w+)"/g)].map(([, job]) => job)));
    expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual([...jobs]);
  });

  it('has each alert in its tests for promtool', () => {
    const tested = textOf('deploy/prometheus/rosterline.test.yml');
    for (const { alert } of RULES) expect(tested).toContain(`alertname="${alert}"`);
  });

  (promtool ? it : it.skip)('fires each alert for what it is named after, and none while all is well', () => {
    const file = `${ROOT}deploy/prometheus/rosterline.test.yml`;
    expect(execFileSync(promtool ?? '', ['test', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS');
  });
});

describe('deploy/grafana/rosterline.json', () => {
  it('reads every panel from the one data source that is chosen in it', () => {
    const dashboard = JSON.parse(textOf('deploy/grafana/rosterline.json')) as {
      templating: { list: { name: string; type: string }[] };
      panels: { id: number; title: string; type: string; datasource?: { uid: string } }[];
    };
    expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource' }]);
    const shown = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(shown.length).toBeGreaterThan(15);
    for (const { datasource } of shown) expect(datasource?.uid).toBe('${datasource}');
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
