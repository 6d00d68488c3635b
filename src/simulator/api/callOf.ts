import type { FastifyRequest } from 'fastify';

/** The path of a call without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

/** `METHOD /route/{template}`, by which calls are counted. */
export function callName(request: FastifyRequest): string {
  const route = request.routeOptions.url?.replace(/:(\w+)/g, '{$1}') ?? pathOf(request);
  return `${request.method} ${route}`;
}

export function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/v2/');
}

/** Whether it is a call of the simulator's own switches, which nothing befalls. */
export function isControl(request: FastifyRequest): boolean {
  return request.url.startsWith('/control/');
}
