import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Logger } from '../../config/log.ts';
import type { OidcIssuer } from '../../config/oidc-issuers.ts';
import { hasClaims } from '../../domain/claims-mapping.ts';
import { InvalidTokenError, ProviderUnavailableError } from './errors.ts';
import type { Provider } from './provider.ts';

/** Seconds that the clocks of a provider and this machine may differ. */
export const CLOCK_SKEW = 60;

/** Kinds of tokens that say who somebody is; others (for logging out, say) are signed by the same keys. */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt']);

export type VerifiedClaims = JWTPayload & { iss: string; sub: string; exp: number };

/**
 * The claims of a token whose every word its issuer has signed.
 *
 * @throws InvalidTokenError, ProviderUnavailableError
 */
export async function verifyToken(
  token: string,
  { issuer, provider, log }: { issuer: OidcIssuer; provider: Provider; log: Logger },
): Promise<VerifiedClaims> {
  let verified;
  try {
    const keys = await provider.keys();
    verified = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      algorithms: [...issuer.algorithms],
      clockTolerance: CLOCK_SKEW,
      requiredClaims: ['sub', 'exp'],
    });
  } catch (error) {
    if (!isAboutToken(error)) {
      log.warn({ err: error, issuer: issuer.issuer }, 'An identity provider does not answer');
      throw new ProviderUnavailableError(issuer.name, error);
    }
    log.debug({ code: error.code, issuer: issuer.issuer }, 'A token is not valid');
    throw new InvalidTokenError(reason(error));
  }
  const { payload, protectedHeader } = verified;
  const { sub, exp } = payload;
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
  if (!TYPES.has(type)) throw new InvalidTokenError('This kind of token is not accepted');
  if (typeof sub !== 'string' || !isSubject(sub) || exp === undefined) {
    throw new InvalidTokenError();
  }
  if (!hasClaims(payload, issuer.requiredClaims)) {
    throw new InvalidTokenError('The token has not the claims that are asked for here');
  }
  return { ...payload, iss: issuer.issuer, sub, exp };
}

/** jose's own word on a token; its general error is of a document that the provider sent. */
function isAboutToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    error.code !== errors.JOSEError.code &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    !(error instanceof errors.JWKInvalid)
  );
}

/** What helps an honest caller, and nobody else: nothing of keys or algorithms. */
function reason(error: errors.JOSEError): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'The token is not valid yet';
    if (error.claim === 'aud') return 'The token is for another audience';
  }
  return undefined;
}

/** OpenID Connect Core allows 255 ASCII characters; the database keeps no control characters. */
function isSubject(text: string): boolean {
  return /^[\u0020-\u007e]{1,255}$/.test(text);
}
