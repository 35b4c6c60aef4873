import * as client from 'openid-client';
import type { Logger } from '../../config/log.ts';
import type { OidcIssuer } from '../../config/oidc-issuers.ts';
import { InvalidTokenError, ProviderUnavailableError, SignInError } from './errors.ts';
import type { PendingSignIn } from './pending-sign-in.ts';
import type { Provider } from './provider.ts';
import { type VerifiedClaims, verifyToken } from './verify-token.ts';

/** Milliseconds that what a provider said of itself is used. */
const KNOWN_FOR = 3_600_000;
/** Seconds that one request to a provider may take. */
const PATIENCE = 8;

/** Signs people in at one identity provider: authorization code with PKCE. */
export class SignInClient {
  readonly issuer: OidcIssuer;
  readonly #client: NonNullable<OidcIssuer['client']>;
  readonly #provider: Provider;
  readonly #log: Logger;
  #known: { configuration: Promise<client.Configuration>; at: number } | null = null;

  constructor(parts: {
    issuer: OidcIssuer;
    client: NonNullable<OidcIssuer['client']>;
    provider: Provider;
    log: Logger;
  }) {
    this.issuer = parts.issuer;
    this.#client = parts.client;
    this.#provider = parts.provider;
    this.#log = parts.log;
  }

  /**
   * Where the browser is sent, and what has to be remembered until it comes back.
   *
   * @throws ProviderUnavailableError
   */
  async begin(
    redirectUri: string,
    returnTo: string,
  ): Promise<{ url: URL; pending: PendingSignIn }> {
    const configuration = await this.#configuration();
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: this.#client.scopes.join(' '),
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { url, pending: { issuer: this.issuer.id, state, nonce, verifier, returnTo } };
  }

  /**
   * What the provider says of who has signed in: the ID token's claims, and what only its user-info
   * endpoint tells.
   *
   * @param answer - the address that the browser came back to
   * @throws SignInError, ProviderUnavailableError
   */
  async finish(answer: URL, pending: PendingSignIn): Promise<VerifiedClaims> {
    const configuration = await this.#configuration();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      });
      // The library trusts the connection; the signature and the settings' own demands count here too.
      const claims = await verifyToken(tokens.id_token ?? '', {
        issuer: { ...this.issuer, audiences: [this.#client.id] },
        provider: this.#provider,
        log: this.#log,
      });
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return { ...more, ...claims };
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): Error {
    if (error instanceof ProviderUnavailableError) return error;
    if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied') {
      return new SignInError('access_denied', error);
    }
    const isAnswer =
      error instanceof InvalidTokenError ||
      error instanceof client.AuthorizationResponseError ||
      error instanceof client.ResponseBodyError ||
      error instanceof client.WWWAuthenticateChallengeError ||
      error instanceof client.ClientError;
    const reason = codeOf(error);
    this.#log.warn(
      { reason, issuer: this.issuer.issuer },
      'A sign-in at an identity provider failed',
    );
    return isAnswer && reason !== 'OAUTH_TIMEOUT'
      ? new SignInError('invalid_answer', error)
      : new ProviderUnavailableError(this.issuer.name, error);
  }

  async #configuration(): Promise<client.Configuration> {
    let known = this.#known;
    if (!known || performance.now() - known.at > KNOWN_FOR) {
      known = { configuration: this.#discover(), at: performance.now() };
      this.#known = known;
    }
    try {
      return await known.configuration;
    } catch (error) {
      if (this.#known === known) this.#known = null;
      this.#log.warn(
        { err: error, issuer: this.issuer.issuer },
        'An identity provider does not answer',
      );
      throw new ProviderUnavailableError(this.issuer.name, error);
    }
  }

  async #discover(): Promise<client.Configuration> {
    const { id, secret } = this.#client;
    const address = new URL(this.issuer.issuer);
    // Whether an address without TLS may be used at all is for the settings to say.
    const insecure = address.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    const found = await client.discovery(address, id, undefined, client.None(), {
      execute: insecure,
      timeout: PATIENCE,
    });
    const server = found.serverMetadata();
    if (server.issuer !== this.issuer.issuer) {
      throw new Error(`The discovery document is of the issuer "${server.issuer}"`);
    }
    const configuration = new client.Configuration(
      server,
      id,
      { [client.clockTolerance]: 60 },
      authentication(secret, server.token_endpoint_auth_methods_supported),
    );
    configuration.timeout = PATIENCE;
    for (const allow of insecure) allow(configuration);
    return configuration;
  }
}

/** By OpenID Connect a provider that names no method takes the header. */
function authentication(
  secret: string | null,
  supported: readonly string[] = ['client_secret_basic'],
): client.ClientAuth {
  if (secret === null) return client.None();
  return supported.includes('client_secret_basic')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret);
}

/** The library's own word for what went wrong: no message of the provider, which may hold anything. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
