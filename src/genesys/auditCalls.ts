import { z } from 'zod';
import { type ApiAnswer, answered } from './apiAnswer.js';
import { decoded } from './decoders.js';
import { ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** Source: the services and entity types (`OutboundRoute`) in the official SDKs' model of audit notifications. */
const SERVICE = 'Telephony';

/** Largest page of an audit query's results. Source: the call's documentation. */
const LARGEST_AUDIT_PAGE = 500;

/** What changed one object within some time. Instants are ISO 8601 UTC, half-open. */
export interface AuditQuestion {
  readonly from: string;
  readonly to: string;
  readonly entityId: string;
}

export type AuditState = 'Queued' | 'Running' | 'Succeeded' | 'Failed' | 'Cancelled';

/** One change as Genesys's audit tells it. Names are for a screen: never for a log or a history. */
export interface AuditEntry {
  readonly at: string;
  readonly action: string | null;
  readonly entityId: string | null;
  readonly entityType: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  /** OAuth client that made the change, where one did. */
  readonly clientId: string | null;
}

/** Who changed what. The query is a job: asked for, read until it is over, its results read page by page. */
export interface AuditCalls {
  askAudit(question: AuditQuestion): Promise<ApiAnswer<{ id: string; state: AuditState }>>;
  auditQuery(id: string): Promise<ApiAnswer<{ id: string; state: AuditState }>>;
  /** @param cursor of the page before; the last page has none. */
  auditResults(id: string, cursor?: string): Promise<ApiAnswer<{ entries: AuditEntry[]; cursor: string | null }>>;
}

export const QueryAnswer = z.object({
  id: z.string().min(1),
  state: z.enum(['Queued', 'Running', 'Succeeded', 'Failed', 'Cancelled']),
});

const Ref = z.object({ id: z.string().nullish(), name: z.string().nullish() }).nullish().catch(null);
/** Genesys names no client. */
const ClientRef = z.object({ id: z.string().nullish() }).nullish().catch(null);

export const ResultsAnswer = z.object({
  cursor: z.string().nullish(),
  entities: z
    .array(
      z.object({
        eventDate: z.string().min(1),
        action: z.string().nullish(),
        entityType: z.string().nullish(),
        entity: Ref,
        user: Ref,
        client: ClientRef,
      }),
    )
    .nullish(),
});

export function auditCalls({ sdk, make }: LaneCalls): AuditCalls {
  const { audit } = sdk;
  return {
    async askAudit({ from, to, entityId }) {
      const endpoint = ENDPOINTS.askAudit;
      const query = {
        interval: `${from}/${to}`,
        serviceName: SERVICE,
        filters: [{ property: 'EntityId', value: entityId }],
      };
      const answer = await make(endpoint, () => audit.postAuditsQuery(query));
      return answered(answer, decoded(QueryAnswer, answer, endpoint));
    },

    async auditQuery(id) {
      const endpoint = ENDPOINTS.auditQuery;
      const answer = await make(endpoint, () => audit.getAuditsQueryTransactionId(id));
      return answered(answer, decoded(QueryAnswer, answer, endpoint));
    },

    async auditResults(id, cursor) {
      const endpoint = ENDPOINTS.auditResults;
      const from = cursor === undefined ? {} : { cursor };
      const answer = await make(endpoint, () =>
        audit.getAuditsQueryTransactionIdResults(id, { pageSize: LARGEST_AUDIT_PAGE, ...from }),
      );
      const page = decoded(ResultsAnswer, answer, endpoint);
      return answered(answer, { entries: (page.entities ?? []).map(entry), cursor: page.cursor ?? null });
    },
  };
}

type AuditedChange = NonNullable<z.infer<typeof ResultsAnswer>['entities']>[number];

function entry({ eventDate, action, entityType, entity, user, client }: AuditedChange): AuditEntry {
  return {
    at: eventDate,
    action: action ?? null,
    entityId: entity?.id ?? null,
    entityType: entityType ?? null,
    userId: user?.id ?? null,
    userName: user?.name ?? null,
    clientId: client?.id ?? null,
  };
}
