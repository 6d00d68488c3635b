import { filesUnder, textOf } from './projectFiles.js';

/** Names in the first column of the tables of docs/metrics.md, as Prometheus has them. */
export function documentedMetrics(): ReadonlySet<string> {
  return new Set(documentedLabels().keys());
}

/** Labels of each documented metric, from the second column. */
export function documentedLabels(): ReadonlyMap<string, readonly string[]> {
  const rows = [...textOf('docs/metrics.md').matchAll(/^\| (`rosterline_.*?`) \| (.*?) \|/gm)];
  return new Map(rows.flatMap(([, names, kind]) => quoted(names).map((name) => [name, quoted(kind)] as const)));
}

/** Names of the metrics that the code makes, as Prometheus has them: the exporter ends a counter's with `_total`. */
export function metricsInCode(): ReadonlySet<string> {
  const sources = ['src', 'activities', 'workflows']
    .flatMap(filesUnder)
    .filter((file) => file.endsWith('.ts'))
    .map(textOf);
  const counters = new Set(named(sources, /createCounter\(\s*'(rosterline_\w+)'/g));
  return new Set(
    named(sources, /'(rosterline_[a-z_]+)'/g).map((name) => (counters.has(name) ? `${name}_total` : name)),
  );
}

/** Names of the metrics that a page offers. */
export function metricsOnPage(page: string): ReadonlySet<string> {
  return new Set([...page.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? ''));
}

function quoted(cell = ''): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word ?? '');
}

function named(sources: readonly string[], pattern: RegExp): string[] {
  return sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? ''));
}
