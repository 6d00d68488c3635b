import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { adherenceRoutes } from './api/adherenceRoutes.js';
import { admitApiCalls, pathOf } from './api/admission.js';
import { aggregatesRoutes } from './api/aggregatesRoutes.js';
import { ApiError, errorBody, tooManyRequests } from './api/apiError.js';
import { downloadRoutes } from './api/downloadRoutes.js';
import { oauthRoutes } from './api/oauthRoutes.js';
import { structureRoutes } from './api/structureRoutes.js';
import { controlRoutes } from './control/controlRoutes.js';
import type { SimulatorContext } from './simulatorContext.js';

/** Largest request body, in bytes. Source: Genesys's limit `request.bytes.max`. */
const MAX_REQUEST_BYTES = 512_000;

/** Puts an organisation behind HTTP. The result does not listen yet. */
export function simulatorServer(context: SimulatorContext, baseUrl: () => string): FastifyInstance {
  const { counters, faults, now } = context;
  const { pathPrefix } = context.settings;
  const server = Fastify({
    bodyLimit: MAX_REQUEST_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    keepAliveTimeout: 65_000,
    rewriteUrl: ({ url = '/' }) =>
      pathPrefix !== '' && url.startsWith(`${pathPrefix}/`) ? url.slice(pathPrefix.length) : url,
  });
  server.decorateRequest('clientId', '');
  server.decorateRequest('arrivedAtMs', 0);

  server.addHook('onRequest', (request, reply, done) => {
    request.arrivedAtMs = now();
    reply.header('inin-correlation-id', request.id);
    if (!isApi(request) && !isControl(request)) {
      const refusal = faults.throttle(request.method, pathOf(request));
      if (refusal) throw tooManyRequests(refusal.retryAfter);
    }
    done();
  });
  // Authenticated calls first, so that a fault never hides that a token is wrong.
  server.addHook('preParsing', (request, reply, _payload, done) => {
    const fault = isControl(request) ? undefined : faults.status(request.method, pathOf(request));
    if (!fault) return done();
    const type = typeof fault.body === 'string' ? 'text/html' : 'application/json';
    const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {});
    void reply.code(fault.status).type(type).headers(fault.headers).send(body);
  });
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (!isControl(request)) counters.answered(callName(request), reply.statusCode, isApi(request));
    done();
  });
  server.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof ApiError ? error : frameworkRefusal(error);
    void reply
      .code(refusal.status)
      .headers(refusal.more.headers ?? {})
      .send(errorBody(refusal, request.id));
  });
  server.setNotFoundHandler((request) => {
    throw notFound(request);
  });

  oauthRoutes(server, context);
  downloadRoutes(server, context);
  controlRoutes(server, context);
  void server.register((api, _options, done) => {
    admitApiCalls(api, context);
    structureRoutes(api, context);
    adherenceRoutes(api, context, baseUrl);
    aggregatesRoutes(api, context);
    api.all('/api/v2/*', (request) => {
      throw notFound(request);
    });
    done();
  });
  return server;
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/v2/');
}

function isControl(request: FastifyRequest): boolean {
  return request.url.startsWith('/control/');
}

function callName(request: FastifyRequest): string {
  const route = request.routeOptions.url?.replace(/:(\w+)/g, '{$1}') ?? pathOf(request);
  return `${request.method} ${route}`;
}

function notFound(request: FastifyRequest): ApiError {
  return new ApiError(404, 'not.found', `No such path: ${request.method} ${pathOf(request)}`);
}

function frameworkRefusal(error: unknown): ApiError {
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const message = error instanceof Error ? error.message : String(error);
  return status < 500
    ? new ApiError(status, status === 413 ? 'request.too.large' : 'bad.request', message)
    : new ApiError(500, 'internal.server.error', message);
}
