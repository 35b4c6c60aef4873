import type { Context } from 'hono';
import type { Database } from '../../prisma/client.ts';
import type { ApiEnvironment } from '../environment.ts';
import { SessionEndedError } from '../errors.ts';
import type { SignedIn } from '../schemas/auth.ts';
import { setSessionCookies } from './cookies.ts';
import type { Identity } from './identity.ts';
import { profileOf } from './profile.ts';
import type { OpenSession } from './sessions.ts';

/**
 * What a client is told that has just signed in or refreshed: its tokens, or cookies with them.
 *
 * @throws SessionEndedError when the session was ended in the meantime
 */
export async function answerSession(
  context: Context<ApiEnvironment>,
  { identity, database }: { identity: Identity; database: Database },
  session: OpenSession,
  asCookies: boolean,
): Promise<SignedIn> {
  const { id, user, refreshToken, expiresAt } = session;
  const claims = { userId: user.id, sessionId: id, role: user.role, scope: user.scope };
  const access = await identity.accessTokens.issue(claims);
  const credential = await identity.credentials.ofSession(claims);
  if (!credential) throw new SessionEndedError();
  const profile = await profileOf(database, credential.principal, expiresAt);
  if (!asCookies) {
    return {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: access.seconds,
      refresh_token: refreshToken,
      profile,
    };
  }
  setSessionCookies(context, {
    accessToken: access.token,
    accessExpiresAt: access.expiresAt,
    refreshToken,
    csrfToken: identity.csrf.of(id),
    sessionExpiresAt: expiresAt,
  });
  return { token_type: 'Bearer', expires_in: access.seconds, profile };
}
