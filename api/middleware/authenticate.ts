import { decodeJwt } from 'jose';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import { NotSignedInError } from '../errors.ts';
import { ISSUER } from '../identity/access-tokens.ts';
import { COOKIES } from '../identity/cookies.ts';
import type { Credential } from '../identity/credentials.ts';

type Parts = Pick<Dependencies, 'identity' | 'oidc'>;

interface Found {
  credential: Credential;
  /** Finds the same anew. */
  again: () => Promise<Credential | null>;
}

/** Thrown for a token that nobody need hear of: it was good until a moment ago. */
class LapsedError extends NotSignedInError {}

/**
 * Finds out who a request comes from, by its bearer token or the dashboard's cookie, and leaves the
 * principal in the context, or none; routes decide whether one is needed. A request with a bearer
 * token is never looked at for cookies.
 */
export function authenticate(parts: Parts): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    try {
      const found = await findCredential(context, parts);
      if (found) setCredential(context, found);
    } catch (error) {
      if (!(error instanceof NotSignedInError)) throw error;
      context.set('refusal', { error, isNews: !(error instanceof LapsedError) });
    }
    await next();
  };
}

async function findCredential(
  context: Context<ApiEnvironment>,
  parts: Parts,
): Promise<Found | null> {
  const { credentials } = parts.identity;
  const authorization = context.req.header('Authorization');
  if (authorization === undefined) {
    const cookie = getCookie(context, COOKIES.access);
    if (cookie === undefined || cookie === '') return null;
    const found = await ofAccessToken(cookie, parts);
    context.set('viaCookie', true);
    return found;
  }
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw new NotSignedInError('Send "Authorization: Bearer <token>"');
  const issuer = issuerOf(token);
  if (issuer === ISSUER) return ofAccessToken(token, parts);
  if (issuer !== null) {
    const { oidc } = parts;
    if (!oidc) throw new NotSignedInError('This token is not accepted here');
    const again = async () => ({
      principal: await oidc.authenticate(token),
      session: null,
      isWhole: false,
    });
    return { credential: await again(), again };
  }
  const again = () => credentials.ofApiToken(token);
  const credential = await again();
  if (!credential) throw new NotSignedInError('This token is not known, or no longer good');
  return { credential, again };
}

async function ofAccessToken(token: string, { identity }: Parts): Promise<Found> {
  const verified = await identity.accessTokens.verify(token);
  if ('refused' in verified) {
    throw verified.refused === 'expired'
      ? new LapsedError('This access token has lapsed: refresh it')
      : new NotSignedInError('This access token is not valid');
  }
  const { credentials } = identity;
  const credential = await credentials.ofAccessToken(verified.claims);
  if (!credential) {
    throw new LapsedError('This session has ended or changed: refresh it, or sign in again');
  }
  return { credential, again: () => credentials.ofSession(verified.claims) };
}

/** What a JWT says of who made it, unchecked; null for a token of any other shape. */
function issuerOf(token: string): string | null {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return null;
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return null;
  }
}

function setCredential(context: Context<ApiEnvironment>, { credential, again }: Found): void {
  const { principal, session, isWhole } = credential;
  context.set('principal', principal);
  context.set('recheck', async () => {
    try {
      return (await again())?.principal ?? null;
    } catch (error) {
      if (error instanceof NotSignedInError) return null;
      throw error;
    }
  });
  if (session) {
    context.set('sessionId', session.id);
    context.set('sessionExpiresAt', session.expiresAt);
  }
  if (isWhole && principal.userId !== null) context.set('accountId', principal.userId);
}
