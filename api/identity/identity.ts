import type { SigningKey } from '../../config/signing-keys.ts';
import type { Settings } from '../../config/schema.ts';
import { AccessTokens } from './access-tokens.ts';
import { Credentials } from './credentials.ts';
import { CsrfTokens } from './csrf.ts';

/** What tells who somebody is. */
export interface Identity {
  accessTokens: AccessTokens;
  credentials: Credentials;
  csrf: CsrfTokens;
  /** Milliseconds that a session lasts without a refresh. */
  idle: number;
}

export function createIdentity(
  parts: ConstructorParameters<typeof Credentials>[0] & {
    settings: Settings;
    signingKeys: readonly SigningKey[];
  },
): Identity {
  const { settings, signingKeys } = parts;
  return {
    accessTokens: new AccessTokens(signingKeys, settings.ACCESS_TOKEN_LIFETIME),
    credentials: new Credentials(parts),
    csrf: new CsrfTokens(signingKeys),
    idle: settings.SESSION_IDLE_TIMEOUT,
  };
}
