import type { FastifyInstance } from 'fastify';

/** One route of the simulator. `path` has `{name}` for each part that varies. */
export interface SimulatedEndpoint {
  readonly method: string;
  readonly path: string;
  /** `other` is none of ours: a route that nobody thought of. */
  readonly kind: 'api' | 'login' | 'download' | 'channel' | 'control' | 'other';
}

const KINDS = {
  '/api/v2/': 'api',
  '/oauth/': 'login',
  '/downloads/': 'download',
  '/channels/': 'channel',
  '/control/': 'control',
} as const;

/**
 * `GET control/endpoints`: every route there is, so that a check from outside can tell that it missed one.
 *
 * Lists what is added after it, in all plugins; what answers unknown paths is no route.
 */
export function endpointRoutes(server: FastifyInstance): void {
  const endpoints: SimulatedEndpoint[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    if (url.endsWith('*')) return;
    const path = url.replace(/:(\w+)/g, '{$1}');
    const kind = Object.entries(KINDS).find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'other';
    for (const one of [method].flat()) endpoints.push({ method: one, path, kind });
  });
  server.get('/control/endpoints', () => endpoints);
}
