import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api/apiError.js';
import { seededUuid } from '../data/seededRandom.js';
import type { SimulatorContext } from '../simulatorContext.js';
import type { AuditEntry, Author } from './audit.js';

const QUERY = '/api/v2/audits/query';
const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 500;

const AuditQueryBody = z.object({
  interval: z.string().regex(/^\S+\/\S+$/),
  serviceName: z.string().nullish(),
  filters: z
    .array(
      z.object({
        property: z.enum(['UserId', 'TrusteeOrganizationId', 'ClientId', 'Action', 'EntityType', 'EntityId']),
        value: z.string(),
      }),
    )
    .nullish(),
  sort: z.array(z.object({ name: z.literal('Timestamp'), sortOrder: z.enum(['ascending', 'descending']) })).nullish(),
});

interface Query {
  readonly id: string;
  readonly askedAtMs: number;
  readonly body: z.infer<typeof AuditQueryBody>;
}
interface QueryCall {
  Params: { transactionId: string };
  Querystring: { cursor?: string; pageSize?: string };
}

/** Audit queries: asked by POST, looked at until they succeed, and read in pages. A result is made when it is first read. */
export function auditRoutes(api: FastifyInstance, { telephony, organisation, now }: SimulatorContext): void {
  const queries = new Map<string, Query>();

  api.post(QUERY, (request, reply) => {
    const body = AuditQueryBody.safeParse(request.body);
    if (!body.success) throw new ApiError(400, 'bad.request', 'The query needs an interval, as start/end');
    const query = { id: seededUuid(telephony.seed, 'audit query', queries.size), askedAtMs: now(), body: body.data };
    queries.set(query.id, query);
    return reply.code(202).send(statusOf(query));
  });
  api.get<QueryCall>(`${QUERY}/:transactionId`, ({ params }) => statusOf(queryOf(params.transactionId)));
  api.get<QueryCall>(`${QUERY}/:transactionId/results`, ({ params, query: paging }) => {
    const query = queryOf(params.transactionId);
    // What is answered before it has succeeded is a guess.
    if (stateOf(query) !== 'Succeeded') throw new ApiError(400, 'bad.request', `The query is ${stateOf(query)}`);
    const all = matching(query.body);
    const from = Number(paging.cursor ?? '0');
    const pageSize = Math.min(Number(paging.pageSize ?? DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);
    const next = from + pageSize;
    return {
      id: query.id,
      pageSize,
      ...(next < all.length ? { cursor: next.toString() } : {}),
      entities: all.slice(from, next).map(messageBody),
    };
  });

  function queryOf(id: string): Query {
    const query = queries.get(id);
    if (!query) throw new ApiError(404, 'not.found', `The audit query ${id} was not found`);
    return query;
  }

  function stateOf({ askedAtMs }: Query): 'Queued' | 'Running' | 'Succeeded' {
    const passed = now() - askedAtMs;
    const needed = telephony.settings.auditSeconds * 1000;
    if (passed >= needed) return 'Succeeded';
    return passed < needed / 2 ? 'Queued' : 'Running';
  }

  function statusOf(query: Query) {
    const { interval, serviceName, filters, sort } = query.body;
    return {
      id: query.id,
      state: stateOf(query),
      startDate: iso(query.askedAtMs),
      interval,
      ...(serviceName ? { serviceName } : {}),
      filters: filters ?? [],
      sort: sort ?? [],
    };
  }

  function matching({ interval, serviceName, filters, sort }: Query['body']): AuditEntry[] {
    const [start = 0, end = 0] = interval.split('/').map(Date.parse);
    const chosen = telephony.audit
      .list()
      .filter((entry) => entry.atMs >= start && entry.atMs < end)
      .filter((entry) => !serviceName || entry.serviceName === serviceName)
      .filter((entry) => (filters ?? []).every(({ property, value }) => valueOf(entry, property) === value));
    return sort?.[0]?.sortOrder === 'ascending' ? chosen : chosen.reverse();
  }

  function messageBody(entry: AuditEntry) {
    return {
      id: entry.id,
      userHomeOrgId: organisation.id,
      ...authorBody(entry.author),
      serviceName: entry.serviceName,
      level: 'USER',
      eventDate: iso(entry.atMs),
      action: entry.action,
      entity: { id: entry.entityId, name: entry.entityName },
      entityType: entry.entityType,
      status: 'SUCCESS',
      propertyChanges: [{ property: entry.property, oldValues: entry.before, newValues: entry.after }],
    };
  }
}

function authorBody(author: Author) {
  if (author.kind === 'client') return { client: { id: author.id, selfUri: `/api/v2/oauth/clients/${author.id}` } };
  return { user: { id: author.id, name: author.name, selfUri: `/api/v2/users/${author.id}` } };
}

function valueOf(entry: AuditEntry, property: string): string | undefined {
  switch (property) {
    case 'UserId':
      return entry.author.kind === 'user' ? entry.author.id : undefined;
    case 'ClientId':
      return entry.author.kind === 'client' ? entry.author.id : undefined;
    case 'Action':
      return entry.action;
    case 'EntityType':
      return entry.entityType;
    case 'EntityId':
      return entry.entityId;
    default:
      return undefined;
  }
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
