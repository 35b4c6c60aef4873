import type { KeyObject } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { errors as joseErrors, jwtVerify } from 'jose';
import { hashToken } from '../tokens.ts';
import type { World } from '../world.ts';
import type { Actor, RestEnvironment } from './environment.ts';
import { GithubError } from './errors.ts';

/** Seconds that an App's JWT may live at most. */
const LONGEST_JWT = 600;
/** Clocks may differ by this, in seconds. */
const TOLERANCE = 60;

/**
 * Knows the caller by the App's JWT (RS256, signed with its key, issued by its id, ten minutes at most)
 * or an installation's token, as GitHub does.
 */
export function authenticate(
  world: World,
  publicKey: KeyObject | null,
): MiddlewareHandler<RestEnvironment> {
  return async (context, next) => {
    const header = context.req.header('authorization') ?? '';
    const token = /^(?:bearer|token) (.+)$/i.exec(header)?.[1];
    if (token === undefined) throw new GithubError(401, 'Requires authentication');
    const isJwt = token.split('.').length === 3;
    const actor = isJwt
      ? await verifyApp(token, world.appId, publicKey)
      : findInstallation(world, token);
    context.set('actor', actor);
    await next();
  };
}

function findInstallation(world: World, token: string): Actor {
  const known = world.store.tokens.get(hashToken(token));
  if (known?.kind !== 'installation' || known.expiresAt <= Date.now()) {
    throw new GithubError(401, 'Bad credentials');
  }
  const { installationId, repositoryIds } = known;
  return { kind: 'installation', installationId, repositoryIds };
}

async function verifyApp(token: string, appId: number, key: KeyObject | null): Promise<Actor> {
  if (key === null) {
    throw new GithubError(401, 'Integration not found: the simulator was given no key of the App');
  }
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      clockTolerance: TOLERANCE,
    });
    const { iss, iat, exp } = payload;
    if (String(iss) !== String(appId)) throw new GithubError(404, 'Integration not found');
    const now = Date.now() / 1000;
    if (typeof iat !== 'number' || iat > now + TOLERANCE) {
      throw new GithubError(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      );
    }
    if (typeof exp !== 'number' || exp > now + LONGEST_JWT + TOLERANCE) {
      throw new GithubError(401, "'Expiration time' claim ('exp') is too far in the future");
    }
    return { kind: 'app' };
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) {
      throw new GithubError(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    }
    if (error instanceof joseErrors.JOSEError) {
      throw new GithubError(401, 'A JSON web token could not be decoded');
    }
    throw error;
  }
}
