import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Pool as ConnectionPool } from 'pg';
import type { JsonValue } from '../../domain/json.ts';
import type { Principal } from '../../domain/principal.ts';
import type { ApiEnvironment } from '../environment.ts';
import { ApiError, ConflictError, MalformedRequestError } from '../errors.ts';

const HEADER = 'Idempotency-Key';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Their answers are tokens, of which nothing but hashes is kept; sent again they open a session again. */
const NEVER_KEPT = new Set(['/api/auth/login', '/api/auth/refresh']);

/** Answers that say nothing of the request itself: the same request may fare better later. */
const NOT_KEPT = new Set([401, 403, 405, 408, 429]);

/**
 * Takes the key, unless somebody holds it. A key is kept for a day; one without an answer belongs to
 * a request that is under way, and after a minute to one whose process has ended.
 */
const CLAIM = `
INSERT INTO idempotency_keys AS kept (principal, key, fingerprint) VALUES ($1, $2, $3)
ON CONFLICT (principal, key) DO UPDATE
  SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, created_at = now()
  WHERE kept.created_at < now() - interval '1 day'
    OR (kept.status IS NULL AND kept.fingerprint = excluded.fingerprint
      AND kept.created_at < now() - interval '1 minute')
RETURNING key`;

/** Answers of which a copy without their secret is kept. */
const keptCopies = new WeakMap<Context, JsonValue>();

/**
 * Says what is kept of an answer that holds a secret, which is shown once: a request that comes again
 * under its `Idempotency-Key` is answered with this.
 */
export function keepInstead(context: Context<ApiEnvironment>, body: JsonValue): void {
  keptCopies.set(context, body);
}

interface Kept {
  fingerprint: string;
  status: number | null;
  body: unknown;
}

/**
 * A mutating call with an `Idempotency-Key` is carried out once; sent again it's answered the same.
 * The same key with another request is refused.
 */
export function idempotency(connections: ConnectionPool): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const key = context.req.header(HEADER);
    const principal = context.get('principal');
    const isKept = !SAFE_METHODS.has(context.req.method) && !NEVER_KEPT.has(context.req.path);
    if (key === undefined || !principal || !isKept) return next();
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new MalformedRequestError(
        'invalid_idempotency_key',
        'Idempotency-Key has 1 to 255 printable characters without spaces',
      );
    }
    const owner = `${principal.kind === 'oidc' ? 'oidc' : 'local'} ${principal.id}`;
    const fingerprint = await fingerprintOf(context, principal);
    const claimed = await connections.query(CLAIM, [owner, key, fingerprint]);
    if (claimed.rowCount === 0) {
      const { rows } = await connections.query<Kept>(
        'SELECT fingerprint, status, body FROM idempotency_keys WHERE principal = $1 AND key = $2',
        [owner, key],
      );
      return answerAgain(context, rows[0], fingerprint);
    }
    await next();
    try {
      await keep(connections, owner, key, context);
    } catch (error) {
      // It was carried out: the caller gets its answer, only the next one under this key waits.
      context.get('log').warn({ err: error }, 'The answer to an Idempotency-Key could not be kept');
    }
  };
}

/** Of the request, and of what its sender may do: an answer is not for who has lost the right to it. */
async function fingerprintOf(
  context: Context<ApiEnvironment>,
  { permissions, scope, teams }: Principal,
): Promise<string> {
  const { method, url } = context.req;
  const { pathname, search } = new URL(url);
  return createHash('sha256')
    .update(`${method} ${pathname}${search}\n`)
    .update(`${JSON.stringify([permissions, scope, teams])}\n`)
    .update(Buffer.from(await context.req.arrayBuffer()))
    .digest('hex');
}

function answerAgain(
  context: Context<ApiEnvironment>,
  kept: Kept | undefined,
  fingerprint: string,
): Response {
  if (kept && kept.fingerprint !== fingerprint) {
    throw new ApiError(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request: take a new one',
    );
  }
  if (!kept || kept.status === null) {
    throw new ConflictError(
      'idempotency_in_flight',
      'A request with this Idempotency-Key is under way: wait for its answer',
    );
  }
  const headers = {
    'Content-Type': kept.status >= 400 ? 'application/problem+json' : 'application/json',
    'Idempotency-Replayed': 'true',
  };
  if (kept.body === null) return context.body(null, kept.status as 204, headers);
  return context.body(JSON.stringify(kept.body), kept.status as ContentfulStatusCode, headers);
}

async function keep(
  connections: ConnectionPool,
  owner: string,
  key: string,
  context: Context<ApiEnvironment>,
): Promise<void> {
  const answer = context.res;
  if (answer.status >= 500 || NOT_KEPT.has(answer.status)) {
    await connections.query('DELETE FROM idempotency_keys WHERE principal = $1 AND key = $2', [
      owner,
      key,
    ]);
    return;
  }
  const copy = answer.ok ? keptCopies.get(context) : undefined;
  const text = copy === undefined ? await answer.clone().text() : JSON.stringify(copy);
  await connections.query(
    'UPDATE idempotency_keys SET status = $3, body = $4::jsonb WHERE principal = $1 AND key = $2',
    [owner, key, answer.status, text === '' ? null : text],
  );
}
