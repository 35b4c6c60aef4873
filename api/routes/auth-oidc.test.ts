import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiWorld } from '../api.world.ts';
import { SignInBrowser } from '../oidc/sign-in.world.ts';
import type { Profile } from '../schemas/auth.ts';
import { IdentityProvider, type ProviderAccount } from '../../test/parts/identity-provider.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';
const CLIENT = {
  id: 'runyard',
  secret: randomUUID(),
  redirectUris: [`${PUBLIC_URL}/api/auth/oidc/callback`],
};

const accounts: Record<string, ProviderAccount> = {};
let provider: IdentityProvider;
let world: ApiWorld;
beforeAll(async () => {
  provider = await IdentityProvider.start({ client: CLIENT, accounts });
  const issuer = {
    id: 'acme',
    name: 'Acme',
    issuer: provider.issuer,
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    roles: [
      { claim: 'groups', value: 'runyard-admins', role: 'admin' },
      { claim: 'groups', value: 'builders', role: 'operator', scope: 'teams' },
    ],
  };
  const open = { ...issuer, id: 'open', issuer: 'http://127.0.0.1:1', default_role: 'viewer' };
  const machines = {
    id: 'machines',
    name: 'Machines',
    issuer: 'http://127.0.0.1:2',
    audience: 'x',
  };
  world = await ApiWorld.start({
    PUBLIC_URL,
    OIDC_ISSUERS: JSON.stringify([issuer, open, machines]),
  });
});
afterAll(() => Promise.all([world.stop(), provider.stop()]));
beforeEach(async () => {
  for (const name of Object.keys(accounts)) delete accounts[name];
  accounts['ada'] = {
    sub: randomUUID(),
    name: 'Ada Lovelace',
    preferred_username: 'ada',
    email: 'ada@acme.example',
    email_verified: true,
    groups: ['builders'],
  };
  await world.records.team.deleteMany();
  await world.records.user.deleteMany({ where: { username: { not: 'administrator' } } });
});

const browser = () => new SignInBrowser(world, provider);
const change = (fields: object) => Object.assign(accounts['ada'] ?? {}, fields);

async function profileOf(visitor: SignInBrowser): Promise<Profile> {
  const response = await visitor.ask('/api/auth/profile');
  return (await response.json()) as Profile;
}

const accountOf = (username: string) => world.records.user.findUnique({ where: { username } });

/** Events that are not sealed yet, or are. */
async function eventsOf(type: string): Promise<unknown[]> {
  const rows = await world.records.$queryRaw<{ content: string }[]>`
    SELECT content FROM audit_pending UNION ALL SELECT content FROM audit_events`;
  return rows
    .map(({ content }) => JSON.parse(content) as { type: string })
    .filter((event) => event.type === type);
}

it('tells the dashboard of those by whom people sign in', async () => {
  const response = await world.app.request('/api/auth/methods');
  expect(await response.json()).toEqual({
    password: true,
    oidc: [
      { id: 'acme', name: 'Acme' },
      { id: 'open', name: 'Acme' },
    ],
  });
});

it('signs somebody in, with account, role and teams by what the provider says', async () => {
  await world.records.team.create({
    data: {
      name: 'builders',
      members: { create: { kind: 'claim', claim: 'groups', value: 'builders' } },
    },
  });
  const visitor = browser();
  const address = new URL(await visitor.begin({ return_to: '/jobs?status=failed' }));
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    client_id: CLIENT.id,
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: CLIENT.redirectUris[0],
    scope: 'openid profile email',
    state: expect.stringMatching(/^.{43}$/) as string,
    nonce: expect.stringMatching(/^.{43}$/) as string,
  });
  const back = await visitor.visit(address.href, 'ada');
  const answer = await visitor.ask(back);
  expect([answer.status, answer.headers.get('Location')]).toEqual([302, '/jobs?status=failed']);
  expect(visitor.dashboard.has('runyard_sign_in')).toBe(false);
  expect(await profileOf(visitor)).toMatchObject({
    username: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@acme.example',
    role: 'operator',
    scope: 'teams',
    teams: ['builders'],
    kind: 'session',
    has_password: false,
  });
  const details = { username: 'ada', issuer: provider.issuer };
  expect(await eventsOf('user.created')).toContainEqual(
    expect.objectContaining({ details: expect.objectContaining(details) as unknown }),
  );
  expect(await eventsOf('session.started')).toContainEqual(
    expect.objectContaining({
      details: expect.objectContaining({ username: 'ada', method: 'oidc' }) as unknown,
    }),
  );
});

describe('the account', () => {
  it('is the same at the next sign-in, with what has changed since', async () => {
    await browser().signIn('ada');
    const before = await accountOf('ada');
    change({ name: 'Ada King', preferred_username: 'countess', groups: ['runyard-admins'] });
    const visitor = browser();
    await visitor.signIn('ada');
    expect(await profileOf(visitor)).toMatchObject({
      username: 'ada',
      name: 'Ada King',
      role: 'admin',
      scope: 'all',
    });
    expect((await accountOf('ada'))?.id).toBe(before?.id);
    expect(await eventsOf('user.role_changed')).toHaveLength(1);
  });

  it('is one, however many sign-ins come at once', async () => {
    const places = await Promise.all([1, 2, 3].map(() => browser().signIn('ada')));
    expect(places).toEqual(['/', '/', '/']);
    expect(await world.records.user.count({ where: { issuer: provider.issuer } })).toBe(1);
  });

  it("is nobody else's of the same name or address", async () => {
    const local = { username: 'ada', name: 'Another', email: 'ada@acme.example', role: 'admin' };
    const { id } = await world.records.user.create({ data: { ...local, passwordHash: 'x' } });
    const visitor = browser();
    await visitor.signIn('ada');
    expect(await profileOf(visitor)).toMatchObject({ username: 'ada-2', role: 'operator' });
    expect(await world.records.user.findUnique({ where: { id } })).toMatchObject({
      ...local,
      issuer: null,
      subject: null,
      lastSignInAt: null,
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      "a team's member",
      () =>
        world.records.team.create({
          data: { name: 'x', members: { create: { kind: 'user', value: 'Ada' } } },
        }),
    ],
    ['a policy', () => world.records.labelPolicy.create({ data: { subject: 'user:ada' } })],
  ])('is not given a name that %s goes by', async (_what, prepare) => {
    await prepare();
    await browser().signIn('ada');
    expect(await accountOf('ada')).toBeNull();
    expect(await accountOf('ada-2')).toMatchObject({ name: 'Ada Lovelace' });
    await world.records.labelPolicy.deleteMany();
  });

  it('has an address only where the provider has verified it', async () => {
    change({ email_verified: false });
    await browser().signIn('ada');
    expect(await accountOf('ada')).toMatchObject({ email: null });
  });
});

describe('a sign-in that comes to nothing', () => {
  const FAILED = (problem: string) => `/?sign_in_error=${problem}`;

  it('is of somebody with no role here', async () => {
    change({ groups: ['others'] });
    const visitor = browser();
    expect(await visitor.signIn('ada')).toBe(FAILED('no_role'));
    expect((await visitor.ask('/api/auth/profile')).status).toBe(401);
    expect(await accountOf('ada')).toBeNull();
    expect(await eventsOf('session.failed')).toContainEqual(
      expect.objectContaining({ details: { method: 'oidc', issuer: 'acme', reason: 'no_role' } }),
    );
  });

  it('is of somebody who has lost their role', async () => {
    await browser().signIn('ada');
    change({ groups: [] });
    expect(await browser().signIn('ada')).toBe(FAILED('no_role'));
  });

  it('is of a deactivated user', async () => {
    await browser().signIn('ada');
    await world.records.user.update({ where: { username: 'ada' }, data: { active: false } });
    expect(await browser().signIn('ada')).toBe(FAILED('inactive'));
  });

  it('is refused by the provider', async () => {
    expect(await browser().signIn('nobody')).toBe(FAILED('access_denied'));
  });

  it('is finished by another browser than began it', async () => {
    const victim = browser();
    const attacker = browser();
    const back = await attacker.visit(await attacker.begin(), 'ada');
    expect((await victim.ask(back)).headers.get('Location')).toBe(FAILED('invalid_state'));
    await victim.begin();
    expect((await victim.ask(back)).headers.get('Location')).toBe(FAILED('invalid_state'));
    expect((await victim.ask('/api/auth/profile')).status).toBe(401);
  });

  it('comes a second time', async () => {
    const visitor = browser();
    const back = await visitor.visit(await visitor.begin(), 'ada');
    const cookie = visitor.dashboard.header;
    const ask = async () => {
      const response = await world.app.request(back, { headers: { Cookie: cookie } });
      return response.headers.get('Location');
    };
    expect(await ask()).toBe('/');
    expect(await ask()).toBe(FAILED('invalid_answer'));
  });

  it('has a forged or changed memory', async () => {
    const visitor = browser();
    const back = await visitor.visit(await visitor.begin(), 'ada');
    const Cookie = `${visitor.dashboard.header.slice(0, -2)}xx`;
    const response = await world.app.request(back, { headers: { Cookie } });
    expect(response.headers.get('Location')).toBe(FAILED('expired'));
  });

  it('is by a provider that is away, or that nobody signs in by', async () => {
    const visitor = browser();
    expect(await visitor.begin({ issuer: 'open' })).toBe(FAILED('issuer_unavailable'));
    expect(await visitor.begin({ issuer: 'machines' })).toBe(FAILED('unknown_issuer'));
    expect(await visitor.begin({ issuer: 'x' })).toBe(FAILED('unknown_issuer'));
  });
});

it.each(['https://evil.example/', '//evil.example', '/\\evil.example'])(
  'never leads to %s',
  async (place) => {
    expect(await browser().signIn('ada', { return_to: place })).toBe('/');
  },
);
