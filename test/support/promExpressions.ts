import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { textOf } from './projectFiles.js';

/** A rule of deploy/prometheus/rosterline.yml. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What one PromQL expression asks for. */
export interface PromExpression {
  /** Where the expression cannot be parsed; empty where it can. */
  readonly errors: readonly string[];
  /** Metrics by the name that is scraped, without what a histogram adds. */
  readonly metrics: readonly string[];
  /** Labels that it chooses or groups by. */
  readonly labels: readonly string[];
}

interface SyntaxNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly type: { readonly isError: boolean };
}

/** Prometheus's own grammar, by the part that its editor uses. */
const { parser } = createRequire(import.meta.url)('@prometheus-io/lezer-promql') as {
  parser: { parse(text: string): { iterate(visit: { enter(node: SyntaxNode): void }): void } };
};

/** Reads an expression by Prometheus's grammar. */
export function promExpression(text: string): PromExpression {
  const errors: string[] = [];
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(text).iterate({
    enter({ name, from, to, type }) {
      const said = text.slice(from, to);
      if (type.isError) errors.push(`at ${from} of ${text}`);
      if (name === 'LabelName') labels.add(said);
      if (name === 'Identifier') metrics.add(said.replace(/_(bucket|sum|count)$/, ''));
    },
  });
  return { errors, metrics: [...metrics], labels: [...labels] };
}

export function alertRules(): AlertRule[] {
  const { groups } = parse(textOf('deploy/prometheus/rosterline.yml')) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Expressions of the dashboard's panels, by the panel's title. */
export function dashboardExpressions(): { title: string; expr: string }[] {
  const { panels } = JSON.parse(textOf('deploy/grafana/rosterline.json')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}

/** Metrics that alerts and dashboard ask for. */
export function watchedMetrics(): string[] {
  const expressions = [...alertRules(), ...dashboardExpressions()].map(({ expr }) => promExpression(expr));
  return [...new Set(expressions.flatMap(({ metrics }) => metrics))].sort();
}
