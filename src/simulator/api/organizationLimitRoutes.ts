import type { FastifyInstance } from 'fastify';
import type { ListedLimit } from '../limits/limits.js';
import type { SimulatorContext } from '../simulatorContext.js';

interface InNamespace {
  Params: { namespaceName: string };
}

/**
 * `GET organizations/limits/namespaces/{namespaceName}` and `…/defaults`: the limits that are documented, of which no more may be
 * true than their value. A namespace without any is an empty list (a guess). Source of the shape: `LimitsEntityListing`.
 */
export function organizationLimitRoutes(api: FastifyInstance, { limits }: SimulatorContext): void {
  const path = '/api/v2/organizations/limits/namespaces/:namespaceName';
  const listing = (namespace: string, valueOf: (limit: ListedLimit) => number) => ({
    entities: limits
      .listed()
      .filter((limit) => limit.namespace === namespace)
      .map((limit) => ({ key: limit.key, namespace, value: valueOf(limit) })),
  });
  api.get<InNamespace>(path, ({ params }) => listing(params.namespaceName, ({ value }) => value));
  api.get<InNamespace>(`${path}/defaults`, ({ params }) =>
    listing(params.namespaceName, ({ defaultValue }) => defaultValue),
  );
}
