import type { webcrypto } from 'node:crypto';
import { createServer } from 'node:http';
import { exportSPKI, importJWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../config/log.ts';
import { loadSettings } from '../../config/load.ts';
import { oidcIssuers } from '../../config/oidc-issuers.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { AUDIENCE, IdentityProvider, makeProviderKey } from '../../test/parts/identity-provider.ts';
import { TeamMemberships } from '../teams/memberships.ts';
import { OidcAuthentication } from './oidc-authentication.ts';

const GITHUB_SUBJECT = 'repo:acme/api:ref:refs/heads/main';

let world: TestDatabase;
let provider: IdentityProvider;
beforeAll(async () => {
  [world, provider] = await Promise.all([createTestDatabase(), IdentityProvider.start()]);
});
afterAll(() => Promise.all([world.drop(), provider.stop()]));
beforeEach(async () => {
  await world.database.team.deleteMany();
  await world.database.user.deleteMany();
});

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

type Issuer = Record<string, unknown>;

/** Trusts the provider of the tests, and others. Unknown keys and failures hold up nothing unless told. */
function authentication(more: Issuer = {}, others: Issuer[] = [], times = {}) {
  const issuers = [
    { id: 'acme', name: 'Acme', issuer: provider.issuer, audience: AUDIENCE, ...more },
    ...others,
  ];
  const { settings } = loadSettings({ OIDC_ISSUERS: JSON.stringify(issuers) });
  return new OidcAuthentication({
    issuers: oidcIssuers(settings),
    database: world.database,
    memberships: new TeamMemberships(world.database),
    signingKeys: [],
    log: createLog('test', 'silent'),
    times: { unknownKey: 0, failure: 0, ...times },
  });
}

const refused = (message: string) => ({
  status: 401,
  code: 'invalid_token',
  message,
  headers: {
    'WWW-Authenticate': `Bearer error="invalid_token", error_description="${message}"`,
  },
});
const UNAVAILABLE = { status: 503, code: 'identity_provider_unavailable' };

it("takes the provider's own token for a member who belongs to no team", async () => {
  const principal = await authentication().authenticate(await provider.clientToken());
  expect(principal).toEqual({
    kind: 'oidc',
    id: `oidc:${provider.issuer}#tests`,
    name: 'tests',
    role: 'member',
    scope: 'teams',
    teams: [],
    permissions: ['jobs:read', 'runners:read', 'runners:write'],
    userId: null,
  });
});

const now = () => Math.floor(Date.now() / 1000);

it.each<[string, () => Record<string, unknown>, string]>([
  ['that has expired', () => ({ exp: now() - 61 }), 'The token has expired'],
  ['that never expires', () => ({ exp: undefined }), 'The token is not valid'],
  ['that is not valid yet', () => ({ nbf: now() + 90 }), 'The token is not valid yet'],
  ['for somebody else', () => ({ aud: 'other' }), 'The token is for another audience'],
  ['for nobody', () => ({ aud: undefined }), 'The token is for another audience'],
  ['of nobody', () => ({ sub: undefined }), 'The token is not valid'],
  ['of an impossible subject', () => ({ sub: 'a\u0000b' }), 'The token is not valid'],
  [
    'of another issuer',
    () => ({ iss: 'https://evil.example' }),
    'The issuer of the token is not trusted here',
  ],
  [
    'of almost the same issuer',
    () => ({ iss: `${provider.issuer}/` }),
    'The issuer of the token is not trusted here',
  ],
])('refuses a token %s', async (_what, claims, message) => {
  const token = await provider.sign(claims());
  await expect(authentication().authenticate(token)).rejects.toMatchObject(refused(message));
});

it('allows for clocks that differ by a minute', async () => {
  const oidc = authentication();
  await expect(oidc.authenticate(await provider.sign({ exp: now() - 30 }))).resolves.toBeDefined();
  await expect(oidc.authenticate(await provider.sign({ nbf: now() + 30 }))).resolves.toBeDefined();
});

describe('signatures', () => {
  const INVALID = refused('The token is not valid');
  const claims = () => ({
    iss: provider.issuer,
    aud: AUDIENCE,
    sub: 'somebody',
    exp: now() + 300,
  });
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('refuses a token that is not signed', async () => {
    const token = `${encode({ alg: 'none' })}.${encode(claims())}.`;
    await expect(authentication().authenticate(token)).rejects.toMatchObject(INVALID);
  });

  it('refuses the public key as a shared secret', async () => {
    const [key] = provider.keys;
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = key ?? {};
    const published = await exportSPKI((await importJWK(open, 'RS256')) as webcrypto.CryptoKey);
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: key?.kid ?? '' })
      .sign(Buffer.from(published));
    await expect(authentication().authenticate(token)).rejects.toMatchObject(INVALID);
  });

  it('refuses an algorithm that the settings leave out', async () => {
    const token = await provider.sign();
    await expect(authentication().authenticate(token)).resolves.toBeDefined();
    const strict = authentication({ algorithms: ['ES256'] });
    await expect(strict.authenticate(token)).rejects.toMatchObject(INVALID);
  });

  it("refuses a stranger's key, whichever id it goes by", async () => {
    const stranger = await makeProviderKey();
    const oidc = authentication();
    await expect(oidc.authenticate(await provider.sign({}, {}, stranger))).rejects.toMatchObject(
      INVALID,
    );
    const posing = { ...stranger, kid: provider.keys[0]?.kid ?? '' };
    await expect(oidc.authenticate(await provider.sign({}, {}, posing))).rejects.toMatchObject(
      INVALID,
    );
  });

  it('refuses what was changed after it was signed', async () => {
    const [head, , signature] = (await provider.sign()).split('.');
    const token = `${head}.${encode({ ...claims(), sub: 'admin' })}.${signature}`;
    await expect(authentication().authenticate(token)).rejects.toMatchObject(INVALID);
  });

  it('refuses a token for logging out, which the same key signs', async () => {
    const token = await provider.sign({}, { typ: 'logout+jwt' });
    await expect(authentication().authenticate(token)).rejects.toMatchObject(
      refused('This kind of token is not accepted'),
    );
  });

  it.each(['', 'x', 'a.b.c', 'e30.e30.e30', `${'a'.repeat(20_000)}.b.c`])(
    'refuses %.12s',
    async (token) => {
      await expect(authentication().authenticate(token)).rejects.toMatchObject({ status: 401 });
    },
  );
});

describe('keys', () => {
  it('learns a new key when a token names it, and forgets one that is gone', async () => {
    const first = await IdentityProvider.start();
    const oidc = authentication({}, [
      { id: 'rotating', name: 'Rotating', issuer: first.issuer, audience: AUDIENCE },
    ]);
    const old = await first.sign();
    await oidc.authenticate(old);
    await first.stop();
    const second = await IdentityProvider.start({ port: first.port });
    started.push(second);
    await expect(oidc.authenticate(await second.sign())).resolves.toBeDefined();
    await expect(oidc.authenticate(old)).rejects.toMatchObject({ status: 401 });
  });

  it('asks for unknown keys only so often', async () => {
    const counting = await startCountingProvider();
    started.push(counting);
    const oidc = authentication({ issuer: counting.issuer }, [], { unknownKey: 60_000 });
    const stranger = await makeProviderKey('ES256');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const token = await provider.sign({ iss: counting.issuer }, { kid: `k${attempt}` }, stranger);
      await expect(oidc.authenticate(token)).rejects.toMatchObject({ status: 401 });
    }
    expect(counting.asked['/keys']).toBe(1);
  });

  it('reads them again once they are old, and does without an answer for a while', async () => {
    const first = await IdentityProvider.start();
    const issuer = { issuer: first.issuer };
    const patient = authentication(issuer, [], { keys: 0 });
    const strict = authentication(issuer, [], { keys: 0, keysWithoutAnswer: 0 });
    const token = await first.sign();
    await Promise.all([patient.authenticate(token), strict.authenticate(token)]);
    await first.stop();
    await expect(patient.authenticate(token)).resolves.toBeDefined();
    await expect(strict.authenticate(token)).rejects.toMatchObject(UNAVAILABLE);
    const second = await IdentityProvider.start({ port: first.port });
    started.push(second);
    await expect(strict.authenticate(token)).rejects.toMatchObject({ status: 401 });
    await expect(patient.authenticate(token)).rejects.toMatchObject({ status: 401 });
  });
});

describe('several providers', () => {
  it('does without one that is away, and takes it up when it is back', async () => {
    const other = await IdentityProvider.start();
    const oidc = authentication({}, [
      { id: 'other', name: 'Other', issuer: other.issuer, audience: AUDIENCE },
    ]);
    const token = await other.sign();
    await other.stop();
    await expect(oidc.authenticate(token)).rejects.toMatchObject(UNAVAILABLE);
    await expect(oidc.authenticate(await provider.sign())).resolves.toBeDefined();
    const again = await IdentityProvider.start({ port: other.port, keys: [...other.keys] });
    started.push(again);
    await expect(oidc.authenticate(token)).resolves.toBeDefined();
  });

  it("takes no token of one that the other's key signed, nor for the other's audience", async () => {
    const other = await IdentityProvider.start();
    started.push(other);
    const oidc = authentication({}, [
      { id: 'other', name: 'Other', issuer: other.issuer, audience: 'others' },
    ]);
    const forged = await other.sign({ iss: provider.issuer });
    await expect(oidc.authenticate(forged)).rejects.toMatchObject({ status: 401 });
    await expect(oidc.authenticate(await other.sign())).rejects.toMatchObject(
      refused('The token is for another audience'),
    );
    const right = await other.sign({ aud: ['x', 'others'] });
    expect((await oidc.authenticate(right)).id).toBe(`oidc:${other.issuer}#somebody`);
  });

  it('trusts no document that is of another issuer', async () => {
    const lying = await startCountingProvider({ says: provider.issuer });
    started.push(lying);
    const oidc = authentication({ issuer: lying.issuer });
    const token = await provider.sign({ iss: lying.issuer });
    await expect(oidc.authenticate(token)).rejects.toMatchObject(UNAVAILABLE);
    expect(lying.asked['/keys']).toBeUndefined();
  });

  it('asks one that fails only so often', async () => {
    const failing = await startCountingProvider({ status: 500 });
    started.push(failing);
    const oidc = authentication({ issuer: failing.issuer }, [], { failure: 60_000 });
    const token = await provider.sign({ iss: failing.issuer });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(oidc.authenticate(token)).rejects.toMatchObject(UNAVAILABLE);
    }
    expect(failing.asked['/.well-known/openid-configuration']).toBe(1);
  });
});

describe('who it is', () => {
  it('has the role of the linked account, while that is active', async () => {
    const user = await world.database.user.create({
      data: {
        username: 'ada',
        name: 'Ada',
        role: 'operator',
        issuer: provider.issuer,
        subject: 'ada-1',
      },
    });
    const oidc = authentication();
    const token = await provider.sign({ sub: 'ada-1' });
    expect(await oidc.authenticate(token)).toMatchObject({
      id: 'user:ada',
      role: 'operator',
      scope: 'all',
      userId: user.id,
      permissions: expect.arrayContaining(['jobs:*']) as unknown,
    });
    await world.database.user.update({ where: { id: user.id }, data: { active: false } });
    await expect(oidc.authenticate(token)).rejects.toMatchObject(
      refused('The account of this token is not active'),
    );
  });

  const team = (name: string, member: { kind: string; claim?: string; value: string }) =>
    world.database.team.create({
      data: { name, repositories: [], members: { create: { issuer: provider.issuer, ...member } } },
    });

  it('belongs to the teams of its claims, and to an address only if that is verified', async () => {
    await team('ops', { kind: 'claim', claim: 'groups', value: 'ops-*' });
    await team('mail', { kind: 'email', value: 'ada@acme.example' });
    await team('other', { kind: 'claim', claim: 'groups', value: 'sales' });
    const claims = { groups: ['ops-berlin'], email: 'ada@acme.example' };
    const teams = async (more: object, settings: Issuer = {}) =>
      (await authentication(settings).authenticate(await provider.sign({ ...claims, ...more })))
        .teams;
    expect(await teams({})).toEqual(['ops']);
    expect(await teams({ email_verified: true })).toEqual(['mail', 'ops']);
    expect(await teams({}, { trust_email: true })).toEqual(['mail', 'ops']);
    expect(await teams({}, { team_claims: ['roles'] })).toEqual([]);
  });

  it("maps the tokens of GitHub's workflows to teams by repository and subject", async () => {
    await team('acme', { kind: 'claim', claim: 'repository', value: 'acme/*' });
    await team('release', { kind: 'claim', claim: 'sub', value: 'repo:acme/*:environment:prod' });
    const workflow = (more: object = {}) =>
      provider.sign({
        sub: GITHUB_SUBJECT,
        repository: 'acme/api',
        repository_owner: 'acme',
        ref: 'refs/heads/main',
        job_workflow_ref: 'acme/api/.github/workflows/ci.yml@refs/heads/main',
        ...more,
      });
    const oidc = authentication({ required_claims: { repository_owner: 'acme' } });
    expect(await oidc.authenticate(await workflow())).toMatchObject({
      id: `oidc:${provider.issuer}#${GITHUB_SUBJECT}`,
      name: GITHUB_SUBJECT,
      teams: ['acme'],
    });
    const production = await workflow({
      sub: 'repo:acme/api:environment:prod',
      environment: 'prod',
    });
    expect((await oidc.authenticate(production)).teams).toEqual(['acme', 'release']);
    const stranger = await workflow({ repository: 'evil/api', repository_owner: 'evil' });
    await expect(oidc.authenticate(stranger)).rejects.toMatchObject(
      refused('The token has not the claims that are asked for here'),
    );
  });
});

/** A provider that counts what it's asked for. */
async function startCountingProvider(options: { says?: string; status?: number } = {}) {
  const asked: Record<string, number> = {};
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    response.statusCode = options.status ?? 200;
    response.setHeader('Content-Type', 'application/json');
    const document = { issuer: options.says ?? issuer, jwks_uri: `${issuer}/keys` };
    response.end(JSON.stringify(path === '/keys' ? { keys: [] } : document));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    issuer,
    asked,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
