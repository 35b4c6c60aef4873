import { hashPassword } from '../../prisma/password-hash.ts';
import { type Account, type ActorOptions, makeAccount } from '../actor.world.ts';
import type { ApiWorld } from '../api.world.ts';
import type { SignedIn } from '../schemas/auth.ts';

export const PASSWORD = 'seven lanterns over the quay';
let passwordHash: Promise<string> | undefined;

/** A user who signs in with {@link PASSWORD}. */
export async function makePerson(
  world: ApiWorld,
  options: Partial<ActorOptions> = {},
): Promise<Account> {
  passwordHash ??= hashPassword(PASSWORD);
  const role = options.role ?? 'viewer';
  return makeAccount(world.records, { role, passwordHash: await passwordHash, ...options });
}

export interface Sending {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Address that the connection comes from. */
  from?: string;
}

/** Sends a request without any credentials but those in the headers. */
export function send(world: ApiWorld, path: string, sending: Sending = {}): Promise<Response> {
  const { body, headers = {}, from } = sending;
  const method = sending.method ?? (body === undefined ? 'GET' : 'POST');
  return Promise.resolve(
    world.app.request(
      path,
      {
        method,
        headers: {
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } },
    ),
  );
}

export function login(
  world: ApiWorld,
  username: string,
  password = PASSWORD,
  sending: Sending & { cookies?: boolean } = {},
): Promise<Response> {
  const { cookies, ...rest } = sending;
  const body = { username, password, ...(cookies === undefined ? {} : { cookies }) };
  return send(world, '/api/auth/login', { ...rest, body });
}

/** Tokens of a person who has just signed in. */
export async function signIn(
  world: ApiWorld,
  username: string,
): Promise<{ access: string; refresh: string; signedIn: SignedIn }> {
  const response = await login(world, username);
  if (response.status !== 200) throw new Error(`Sign-in answered ${response.status}`);
  const signedIn = (await response.json()) as SignedIn;
  return {
    access: signedIn.access_token ?? '',
    refresh: signedIn.refresh_token ?? '',
    signedIn,
  };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** What a browser has after its dashboard signed in. */
export class Browser {
  readonly #world: ApiWorld;
  readonly cookies = new Map<string, string>();
  /** `Set-Cookie` headers of the last answer. */
  set: string[] = [];

  constructor(world: ApiWorld) {
    this.#world = world;
  }

  static async signedIn(world: ApiWorld, username: string): Promise<Browser> {
    const browser = new Browser(world);
    const response = await browser.send('/api/auth/login', {
      body: { username, password: PASSWORD, cookies: true },
    });
    if (response.status !== 200) throw new Error(`Sign-in answered ${response.status}`);
    return browser;
  }

  /** As the dashboard does: with its cookies, and the CSRF token in a header. */
  async send(path: string, sending: Sending = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const csrf = this.cookies.get('runyard_csrf');
    const response = await send(this.#world, path, {
      ...sending,
      headers: {
        ...(cookie === '' ? {} : { Cookie: cookie }),
        ...(csrf === undefined ? {} : { 'X-CSRF-Token': csrf }),
        'Sec-Fetch-Site': 'same-origin',
        ...sending.headers,
      },
    });
    this.set = response.headers.getSetCookie();
    for (const line of this.set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

/** Types and outcomes of what the audit log was told of something, in order. */
export async function auditOf(
  world: ApiWorld,
  type: string,
): Promise<
  {
    outcome: string;
    actor: { id: string };
    resource: { id: string } | null;
    details: Record<string, unknown>;
  }[]
> {
  const rows = await world.testDatabase.owner.$queryRawUnsafe<{ content: string }[]>(
    `SELECT content FROM (
       SELECT content, 1 AS place, sequence AS at FROM audit_events
       UNION ALL SELECT content, 2, id FROM audit_pending) AS told
     WHERE content::jsonb ->> 'type' = $1 ORDER BY place, at`,
    type,
  );
  return rows.map(({ content }) => JSON.parse(content));
}
