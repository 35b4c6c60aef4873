import { randomBytes } from 'node:crypto';
import type { Role } from '../domain/principal.ts';
import type { Database } from '../prisma/client.ts';
import type { App } from './app.ts';
import { makeToken, tokenHash } from './identity/secret-token.ts';

export interface ActorOptions {
  role: Role;
  username?: string;
  name?: string;
  /** `teams`: sees only what is the teams' or their own; all of it where left out */
  scope?: 'all' | 'teams';
  /** Names of teams, made where there are none yet. */
  teams?: readonly string[];
  /** Of the API token; empty: all that the user may */
  permissions?: readonly string[];
  token?: string;
  passwordHash?: string;
}

export interface Account {
  userId: string;
  username: string;
  /** As in `Principal.id`. */
  id: string;
  token: string;
}

/** A user with an API token, and with memberships of teams, straight into the database. */
export async function makeAccount(database: Database, options: ActorOptions): Promise<Account> {
  const {
    role,
    username = `${role}-${randomBytes(4).toString('hex')}`,
    name = username,
    scope = 'all',
    teams = [],
    permissions = [],
    token = makeToken('api'),
    passwordHash = null,
  } = options;
  const { id: userId } = await database.user.create({
    data: {
      username,
      name,
      role,
      scope,
      passwordHash,
      apiTokens: {
        create: {
          name: 'test',
          hash: tokenHash(token),
          hint: token.slice(0, 8),
          permissions: [...permissions],
        },
      },
    },
  });
  for (const name of teams) {
    const team = await database.team.upsert({ where: { name }, create: { name }, update: {} });
    await database.teamMember.create({
      data: { teamId: team.id, kind: 'user', value: username },
    });
  }
  return { userId, username, id: `user:${username}`, token };
}

type Init = RequestInit & { headers?: Record<string, string> };

/** Somebody who sends requests to the app. */
export class ApiActor {
  readonly #app: App;
  readonly #account: Account | null;
  readonly token: string | null;

  constructor(app: App, account: Account | null, token: string | null) {
    this.#app = app;
    this.#account = account;
    this.token = token;
  }

  /** Of everyone but `none`. */
  get account(): Account {
    if (!this.#account) throw new Error('Nobody in particular');
    return this.#account;
  }

  request(path: string, init: Init = {}): Promise<Response> {
    const headers = {
      ...(this.token === null ? {} : { Authorization: `Bearer ${this.token}` }),
      ...init.headers,
    };
    return Promise.resolve(this.#app.request(path, { ...init, headers }));
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.request(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}) {
    return this.send('POST', path, body, headers);
  }
}
