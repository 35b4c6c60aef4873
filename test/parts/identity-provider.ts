import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

/** A key that signs, as a private JWK with its id. */
export type ProviderKey = JWK & { kid: string; alg: string };

export interface ProviderAccount {
  sub: string;
  [claim: string]: unknown;
}

export interface ProviderOptions {
  /** 0: a free one. One that starts again comes back at its old address. */
  port?: number;
  keys?: ProviderKey[];
  client?: { id: string; secret: string; redirectUris: string[] };
  /** People who can sign in, by the name that they type. */
  accounts?: Record<string, ProviderAccount>;
}

/** Audience of the tokens that clients are given for themselves. */
export const AUDIENCE = 'https://runyard.example/api';

export async function makeProviderKey(alg = 'RS256'): Promise<ProviderKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid: randomUUID(), use: 'sig' };
}

/** A real OpenID Connect provider on loopback, with a sign-in page that asks for a name and no more. */
export class IdentityProvider {
  readonly issuer: string;
  readonly port: number;
  readonly keys: readonly ProviderKey[];
  readonly #server: Server;
  readonly #client: NonNullable<ProviderOptions['client']>;

  private constructor(parts: {
    server: Server;
    keys: readonly ProviderKey[];
    client: NonNullable<ProviderOptions['client']>;
  }) {
    this.#server = parts.server;
    this.keys = parts.keys;
    this.#client = parts.client;
    this.port = (parts.server.address() as AddressInfo).port;
    this.issuer = `http://127.0.0.1:${this.port}`;
  }

  static async start(options: ProviderOptions = {}): Promise<IdentityProvider> {
    const { accounts = {} } = options;
    const keys = options.keys ?? [await makeProviderKey()];
    const client = options.client ?? { id: 'tests', secret: randomUUID(), redirectUris: [] };
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const started = new IdentityProvider({ server, keys, client });
    const provider = new Provider(started.issuer, {
      jwks: { keys: [...keys] },
      cookies: { keys: [randomUUID()] },
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          redirect_uris: client.redirectUris,
          response_types: client.redirectUris.length > 0 ? ['code'] : [],
          grant_types: [
            'client_credentials',
            ...(client.redirectUris.length > 0 ? ['authorization_code'] : []),
          ],
          id_token_signed_response_alg: keys[0]?.alg as 'RS256',
        },
      ],
      claims: {
        openid: ['sub'],
        profile: ['name', 'preferred_username', 'groups'],
        email: ['email', 'email_verified'],
      },
      pkce: { required: () => true },
      ttl: {
        AccessToken: 300,
        AuthorizationCode: 60,
        ClientCredentials: 300,
        Grant: 300,
        IdToken: 300,
        Interaction: 300,
        Session: 300,
      },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: (_context, _client, oneOf) => oneOf ?? [],
          getResourceServerInfo: () => ({
            scope: 'api',
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: keys[0]?.alg as 'RS256' } },
          }),
        },
      },
      extraTokenClaims: () => ({ groups: ['machines'] }),
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_context, accountId) => {
        const account = Object.values(accounts).find(({ sub }) => sub === accountId);
        return account && { accountId, claims: () => account };
      },
      // whoever signs in agrees
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({
          clientId: context.oidc.client?.clientId as string,
          accountId: context.oidc.session?.accountId as string,
        });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    const answer = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/interaction/')) {
        void interact(provider, accounts, request, response);
      } else void answer(request, response);
    });
    return started;
  }

  /** A token that the provider gives its client. */
  async clientToken(): Promise<string> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(`${this.#client.id}:${this.#client.secret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: AUDIENCE,
        scope: 'api',
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  /** A token that says what the test wants, signed by the provider's own key. */
  sign(
    claims: Record<string, unknown> = {},
    header: { alg?: string; kid?: string; typ?: string } = {},
    key = this.keys[0],
  ): Promise<string> {
    if (!key) throw new Error('The provider has no key');
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: this.issuer,
      aud: AUDIENCE,
      sub: 'somebody',
      iat: now,
      exp: now + 300,
      ...claims,
    };
    return new SignJWT(all).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }
}

/** The provider's sign-in page. */
async function interact(
  provider: Provider,
  accounts: Record<string, ProviderAccount>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Acme sign-in</title><form method="post">
      <label>Name <input name="name"></label> <button>Continue</button></form>`);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const name = new URLSearchParams(Buffer.concat(chunks).toString()).get('name') ?? '';
  const account = accounts[name];
  const result = account
    ? { login: { accountId: account.sub } }
    : { error: 'access_denied', error_description: 'Nobody of that name' };
  await provider.interactionFinished(request, response, result);
}
