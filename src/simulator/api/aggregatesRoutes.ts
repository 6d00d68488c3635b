import type { FastifyInstance } from 'fastify';
import type { Organisation } from '../data/organisation.js';
import type { Person } from '../data/people.js';
import { type StatusPiece, statusesBetween } from '../data/routingStatus.js';
import { bucketsOf } from '../data/statusBuckets.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { withoutField } from './faultyResult.js';
import { type AggregatesQuery, type Metric, parseAggregatesQuery } from './aggregatesQuery.js';

interface Measured {
  readonly metric: Metric;
  readonly qualifier: string;
  readonly stats: { readonly sum: number };
}

/**
 * `POST /api/v2/analytics/users/aggregates/query`: milliseconds by routing status and presence, in buckets from the
 * interval's start. Users, buckets and qualifiers without time are left out.
 */
export function aggregatesRoutes(api: FastifyInstance, { organisation, faults, now }: SimulatorContext): void {
  api.post('/api/v2/analytics/users/aggregates/query', async (request) => {
    const query = parseAggregatesQuery(request.body, organisation);
    const asked = { ...query, end: Math.min(query.end, Math.max(query.start, now())) };
    const results: unknown[] = [];
    const together: StatusPiece[] = [];
    for (const person of query.people) {
      const pieces = piecesOf(organisation, person, asked);
      if (!query.byUser) together.push(...pieces);
      else if (pieces.length > 0)
        results.push({ group: { userId: person.id }, data: dataOf(organisation, pieces, query) });
      // Large queries take a while; others are let in between.
      await new Promise((resume) => setImmediate(resume));
    }
    if (together.length > 0) results.push({ group: {}, data: dataOf(organisation, together, query) });
    const answer = { systemToOrganizationMappings: mappings(organisation), results, queryCost: 1 };
    const text = JSON.stringify(request.body);
    const lacking = faults.take(
      'missingField',
      request.met,
      ({ match }) => match === undefined || text.includes(match),
    );
    return lacking ? (JSON.parse(withoutField(JSON.stringify(answer), lacking.field)) as unknown) : answer;
  });
}

function piecesOf(organisation: Organisation, person: Person, interval: { start: number; end: number }): StatusPiece[] {
  return interval.start < interval.end ? statusesBetween(organisation, person, interval) : [];
}

function dataOf(organisation: Organisation, pieces: readonly StatusPiece[], query: AggregatesQuery): unknown[] {
  const byStart = new Map<number, { end: number; metrics: Measured[] }>();
  for (const metric of query.metrics) {
    for (const bucket of bucketsOf(pieces, query, query.granularityMs, keyOf(organisation, metric))) {
      const known = byStart.get(bucket.start) ?? { end: bucket.end, metrics: [] };
      byStart.set(bucket.start, known);
      for (const [qualifier, sum] of bucket.msByKey) known.metrics.push({ metric, qualifier, stats: { sum } });
    }
  }
  return [...byStart]
    .sort(([one], [other]) => one - other)
    .map(([start, { end, metrics }]) => ({ interval: `${iso(start)}/${iso(end)}`, metrics }));
}

function keyOf(organisation: Organisation, metric: Metric): (piece: StatusPiece) => string {
  if (metric === 'tAgentRoutingStatus') return (piece) => piece.status;
  if (metric === 'tSystemPresence') return (piece) => piece.presence;
  const ids = mappings(organisation);
  return (piece) => ids[piece.presence]?.[0] ?? piece.presence;
}

function mappings(organisation: Organisation): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(organisation.presences).map(([name, ids]) => [
      name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
      ids,
    ]),
  );
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
