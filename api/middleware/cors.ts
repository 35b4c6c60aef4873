import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { InvalidSettingsError } from '../../config/load.ts';
import type { ApiEnvironment } from '../environment.ts';

/**
 * Lets scripts of other web pages call the API, when the settings name their origin, and then with
 * bearer tokens only: cookies are never sent along.
 *
 * @throws InvalidSettingsError when one of the origins is none
 */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<ApiEnvironment> {
  const problems = origins.filter(
    (origin) =>
      !/^https?:\/\/[\w.:[\]-]+$/.test(origin) ||
      !URL.canParse(origin) ||
      new URL(origin).origin !== origin,
  );
  if (problems.length > 0) {
    throw new InvalidSettingsError(
      problems.map(
        (origin) => `CORS_ORIGINS: "${origin}" is no origin such as https://example.com`,
      ),
    );
  }
  if (origins.length === 0) return (_, next) => next();
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Correlation-Id'],
    exposeHeaders: [
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-Correlation-Id',
      'X-Next-Cursor',
    ],
    maxAge: 600,
  });
}
