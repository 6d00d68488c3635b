import type { FastifyInstance } from 'fastify';
import type { SimulatorContext } from '../simulatorContext.js';

/** `POST /oauth/token`: client credentials by Basic authentication and a form; errors as OAuth words them. */
export function oauthRoutes(server: FastifyInstance, { tokens, counters, settings }: SimulatorContext): void {
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
  server.post<{ Body: Record<string, string> | null }>('/oauth/token', (request, reply) => {
    const login = tokens.login(request.headers.authorization, request.body?.['grant_type']);
    if (typeof login !== 'string') {
      const { status, error, description } = login;
      return reply.code(status).send({ error, description, error_description: description });
    }
    counters.tokensIssued++;
    return reply.header('cache-control', 'no-store').send({
      access_token: login,
      token_type: 'bearer',
      expires_in: Math.floor(settings.tokenLifetimeSeconds),
    });
  });
}
