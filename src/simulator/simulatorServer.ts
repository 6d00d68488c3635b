import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { adherenceRoutes } from './api/adherenceRoutes.js';
import { admitApiCalls } from './api/admission.js';
import { isApi, isControl, pathOf } from './api/callOf.js';
import { aggregatesRoutes } from './api/aggregatesRoutes.js';
import { ApiError, errorBody, tooManyRequests } from './api/apiError.js';
import { disturbAnswers } from './api/disturbAnswers.js';
import { downloadRoutes } from './api/downloadRoutes.js';
import { oauthRoutes } from './api/oauthRoutes.js';
import { refuseFailoverWrites } from './api/refuseFailoverWrites.js';
import { organizationLimitRoutes } from './api/organizationLimitRoutes.js';
import { structureRoutes } from './api/structureRoutes.js';
import { armFault } from './control/armFault.js';
import { controlRoutes } from './control/controlRoutes.js';
import { endpointRoutes } from './control/endpointRoutes.js';
import { limitRoutes } from './control/limitRoutes.js';
import { liveRoutes } from './live/liveRoutes.js';
import { channelRoutes } from './notifications/channelRoutes.js';
import { notificationControlRoutes } from './notifications/notificationControlRoutes.js';
import { socketRoute } from './notifications/socketRoute.js';
import { scheduleRoutes } from './schedules/scheduleRoutes.js';
import type { SimulatorContext } from './simulatorContext.js';
import { auditRoutes } from './telephony/auditRoutes.js';
import { campaignRoutes } from './telephony/campaignRoutes.js';
import { dataTableRoutes } from './telephony/dataTableRoutes.js';
import { outboundRouteRoutes } from './telephony/outboundRouteRoutes.js';
import { syncControlRoutes } from './telephony/syncControlRoutes.js';
import { trunkRoutes } from './telephony/trunkRoutes.js';

/** Largest request body, in bytes. Source: Genesys's limit `request.bytes.max`. */
const MAX_REQUEST_BYTES = 512_000;

/** Puts an organisation behind HTTP. The result does not listen yet. */
export function simulatorServer(context: SimulatorContext, baseUrl: () => string): FastifyInstance {
  const { chaos, faults, now } = context;
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
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    // Genesys's own SDK names a type where it sends nothing.
    if (body === '') done(null);
    else void parseJson(request, body, done);
  });
  server.decorateRequest('clientId', '');
  server.decorateRequest('arrivedAtMs', 0);
  server.decorateRequest('met');
  server.decorateRequest('passes');

  server.addHook('onRequest', (request, reply, done) => {
    request.arrivedAtMs = now();
    // Whoever looks sees what has happened by then.
    context.syncEvents.catchUp();
    context.live.catchUp();
    reply.header('inin-correlation-id', request.id);
    const call = { method: request.method, path: pathOf(request) };
    request.met = { ...call, drawn: isControl(request) ? null : chaos.draw(call) };
    if (request.met.drawn?.kind === 'tokenRevoked') {
      armFault(context, request.met.drawn);
      request.met.drawn = null;
    }
    if (!isApi(request) && !isControl(request)) {
      const refusal = faults.throttle(request.met);
      if (refusal) throw tooManyRequests(refusal);
    }
    done();
  });
  disturbAnswers(server, context);
  server.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof ApiError ? error : frameworkRefusal(error);
    const { headers = {}, instead } = refusal.more;
    if (typeof instead === 'string') reply.type('text/html');
    void reply
      .code(refusal.status)
      .headers(headers)
      .send(instead ?? errorBody(refusal, request.id));
  });
  server.setNotFoundHandler((request) => {
    throw notFound(request);
  });

  endpointRoutes(server);
  oauthRoutes(server, context);
  downloadRoutes(server, context);
  controlRoutes(server, context);
  limitRoutes(server, context);
  syncControlRoutes(server, context);
  notificationControlRoutes(server, context);
  void server.register(async (sockets) => await socketRoute(sockets, context));
  void server.register((api, _options, done) => {
    admitApiCalls(api, context);
    refuseFailoverWrites(api, context);
    structureRoutes(api, context);
    organizationLimitRoutes(api, context);
    adherenceRoutes(api, context, baseUrl);
    aggregatesRoutes(api, context);
    scheduleRoutes(api, context, baseUrl);
    liveRoutes(api, context);
    channelRoutes(api, context, baseUrl);
    trunkRoutes(api, context);
    outboundRouteRoutes(api, context);
    dataTableRoutes(api, context);
    campaignRoutes(api, context);
    auditRoutes(api, context);
    api.all('/api/v2/*', (request) => {
      throw notFound(request);
    });
    done();
  });
  return server;
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
