import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { InvalidSettingsError, loadSettings } from './load.ts';
import { oidcIssuers } from './oidc-issuers.ts';

const ISSUER = {
  id: 'acme',
  name: 'Acme',
  issuer: 'https://login.acme.example',
  audience: 'runyard',
};

const issuers = (all: unknown, environment: NodeJS.ProcessEnv = {}) =>
  oidcIssuers(loadSettings({ OIDC_ISSUERS: JSON.stringify(all), ...environment }).settings);

function problems(all: unknown, environment: NodeJS.ProcessEnv = {}): readonly string[] {
  try {
    issuers(all, environment);
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.problems;
    throw error;
  }
  return [];
}

it('trusts nobody unless told', () => {
  expect(oidcIssuers(loadSettings({}).settings)).toEqual([]);
});

it('fills in what is left out', () => {
  expect(issuers([ISSUER])).toMatchObject([
    { id: 'acme', audiences: ['runyard'], client: null, roles: [], defaultRole: null },
  ]);
  const [own] = issuers([{ ...ISSUER, audience: undefined, client_id: 'dashboard' }]);
  expect(own).toMatchObject({
    audiences: ['dashboard'],
    client: { id: 'dashboard', secret: null },
  });
});

it('trusts nobody once it is switched off, which production refuses', () => {
  expect(issuers([ISSUER], { ENABLE_OIDC_AUTH: 'false' })).toEqual([]);
  const production = { ENABLE_OIDC_AUTH: 'false', NODE_ENV: 'production' };
  expect(problems([ISSUER], production)).toEqual([
    expect.stringContaining('ENABLE_OIDC_AUTH=false is for development'),
  ]);
});

it.each([
  [{ ...ISSUER, issuer: 'login.acme.example' }, 'OIDC_ISSUERS.0.issuer: must be an address'],
  [{ ...ISSUER, issuer: 'ftp://x' }, 'OIDC_ISSUERS.0.issuer: must begin with https://'],
  [{ ...ISSUER, issuer: 'https://a.example/?x=1' }, 'OIDC_ISSUERS.0.issuer: must have no query'],
  [{ ...ISSUER, id: 'Acme Inc' }, 'OIDC_ISSUERS.0.id: must be lower case'],
  [{ ...ISSUER, audience: undefined }, 'OIDC_ISSUERS.0.audience: must say whom'],
  [{ ...ISSUER, client_secret: 's' }, 'OIDC_ISSUERS.0.client_id: must be set together'],
  [{ ...ISSUER, algorithms: ['HS256'] }, 'OIDC_ISSUERS.0.algorithms.0: Invalid option'],
  [{ ...ISSUER, algorithms: ['none'] }, 'OIDC_ISSUERS.0.algorithms.0: Invalid option'],
  [{ ...ISSUER, scopes: ['email'] }, 'OIDC_ISSUERS.0.scopes: must hold openid'],
  [
    { ...ISSUER, issuer: 'https://token.actions.githubusercontent.com' },
    'OIDC_ISSUERS.0.required_claims: must say whose workflows are trusted',
  ],
  [
    { ...ISSUER, roles: [{ claim: 'g', value: 'x', role: 'admin', scope: 'teams' }] },
    'OIDC_ISSUERS.0.roles.0.scope: must be all for admin',
  ],
  [{ ...ISSUER, default_role: 'admin' }, 'OIDC_ISSUERS.0.default_scope: must be all for admin'],
  [{ ...ISSUER, audiance: 'x' }, 'OIDC_ISSUERS.0: Unrecognized key: "audiance"'],
  [{ ...ISSUER, roles: [{ claim: 'g', value: 'x', role: 'root' }] }, 'OIDC_ISSUERS.0.roles.0.role'],
])('says what is wrong with %j', (one, problem) => {
  expect(problems([one])).toEqual([expect.stringContaining(problem)]);
});

it('says of a second issuer of the same name or address', () => {
  expect(problems([ISSUER, { ...ISSUER, id: 'other' }])).toEqual([
    expect.stringContaining('OIDC_ISSUERS.1.issuer: is that of another one'),
  ]);
  expect(problems('{')).toEqual([expect.stringContaining('OIDC_ISSUERS: ')]);
});

it('lets production trust no address that anyone on the way could answer for', () => {
  const plain = { ...ISSUER, issuer: 'http://login.acme.example' };
  expect(problems([plain])).toEqual([]);
  expect(problems([plain], { NODE_ENV: 'production' })).toEqual([
    expect.stringContaining('OIDC_ISSUERS.0.issuer: must begin with https://'),
  ]);
  const own = { ...ISSUER, issuer: 'http://127.0.0.1:9000' };
  expect(problems([own], { NODE_ENV: 'production' })).toEqual([]);
});

it('reads a client secret from its file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'runyard-oidc-')), 'secret');
  const one = { ...ISSUER, client_id: 'x', client_secret_file: file };
  expect(problems([one])).toEqual([expect.stringContaining("can't be read, or is empty")]);
  writeFileSync(file, 'not for logs\n');
  expect(issuers([one])[0]?.client?.secret).toBe('not for logs');
  expect(problems([{ ...one, client_secret: 's' }])).toEqual([
    expect.stringContaining('client_secret_file: is set beside'),
  ]);
});
