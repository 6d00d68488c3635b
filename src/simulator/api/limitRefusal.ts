import type { LimitRefusal } from '../limits/limits.js';
import { ApiError, tooManyRequests } from './apiError.js';

/** The answer to a call that a limit refused: a 429 in Genesys's words or the limit's own, or something else in its place. */
export function limitRefusal({ told, disguise, words, known }: LimitRefusal): ApiError {
  switch (disguise) {
    case 404:
      return new ApiError(404, 'not.found', 'The requested resource was not found.');
    case 500:
      return new ApiError(500, 'internal.server.error', 'The request could not be completed.');
    case 503:
      return new ApiError(503, 'service.unavailable', 'The service is currently unavailable.');
    case 'html':
      return new ApiError(502, 'bad.gateway', 'Bad Gateway', {
        instead: '<html><body><h1>502 Bad Gateway</h1></body></html>',
      });
    case null:
      break;
  }
  if (!words) return tooManyRequests(told, known ?? undefined);
  return new ApiError(429, words.code, words.message, {
    ...(told.header === null ? {} : { headers: { 'retry-after': told.header } }),
    instead: { ...words, status: 429 },
  });
}
