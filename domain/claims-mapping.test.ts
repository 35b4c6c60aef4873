import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  hasClaims,
  profileOfClaims,
  type RoleRule,
  roleOfClaims,
  teamClaims,
} from './claims-mapping.ts';

const rule = (claim: string, value: string, role: RoleRule['role']): RoleRule => ({
  claim,
  value,
  role,
  scope: 'all',
});
const RULES = [rule('groups', 'runyard-admins', 'admin'), rule('groups', 'ops-*', 'operator')];
const NOBODY = { role: null, scope: 'teams' } as const;
const OPTIONS = { usernameClaim: 'preferred_username', trustEmail: false };

it('gives the role of the first rule that fits', () => {
  const groups = ['ops-berlin', 'runyard-admins'];
  expect(roleOfClaims({ groups }, RULES, NOBODY)).toEqual({ role: 'admin', scope: 'all' });
  expect(roleOfClaims({ groups }, RULES.toReversed(), NOBODY)?.role).toBe('operator');
});

it('gives the default where none fits, or nothing', () => {
  expect(roleOfClaims({}, RULES, NOBODY)).toBeNull();
  const viewer = { role: 'viewer', scope: 'teams' } as const;
  expect(roleOfClaims({ groups: ['x'] }, RULES, viewer)).toEqual(viewer);
});

const claimsOf = fc.dictionary(fc.constantFrom('groups', 'roles', 'email', 'x'), fc.jsonValue());
const ruleOf = fc.record({
  claim: fc.constantFrom('groups', 'roles', 'x'),
  value: fc.constantFrom('a', 'b', 'a*'),
  role: fc.constantFrom('admin', 'operator', 'viewer'),
  scope: fc.constantFrom('all', 'teams'),
}) as fc.Arbitrary<RoleRule>;

it('never gives a role that no rule names', () => {
  fc.assert(
    fc.property(claimsOf, fc.array(ruleOf), (claims, rules) => {
      const mapped = roleOfClaims(claims, rules, NOBODY);
      expect(mapped === null || rules.some(({ role }) => role === mapped.role)).toBe(true);
    }),
  );
});

it('is not moved by claims that no rule asks for', () => {
  fc.assert(
    fc.property(claimsOf, fc.array(ruleOf), fc.jsonValue(), (claims, rules, value) => {
      const more = roleOfClaims({ ...claims, other: value }, rules, NOBODY);
      expect(more).toEqual(roleOfClaims(claims, rules, NOBODY));
    }),
  );
});

it.each([
  [{ email: 'a@b.c', email_verified: true }, false, 'a@b.c'],
  [{ email: 'a@b.c', email_verified: 'true' }, false, 'a@b.c'],
  [{ email: 'a@b.c', email_verified: false }, false, undefined],
  [{ email: 'a@b.c' }, false, undefined],
  [{ email: 'a@b.c', email_verified: [true] }, false, undefined],
  [{ email: 'a@b.c' }, true, 'a@b.c'],
  [{ email: 'no address', email_verified: true }, true, undefined],
])(
  'takes an address only where it is theirs: %j, trusted %s: %s',
  (claims, trustEmail, expected) => {
    expect(profileOfClaims({ sub: '1', ...claims }, { ...OPTIONS, trustEmail }).email).toBe(
      expected,
    );
  },
);

it.each([
  [{ preferred_username: 'Ada.Lovelace@example.com' }, 'ada.lovelace'],
  [{ preferred_username: 'Zoë Müller' }, 'zoe-muller'],
  [{ preferred_username: '../../etc' }, 'etc'],
  [{ preferred_username: '北京' }, 'user'],
  [{ email: 'x.y@example.com' }, 'x.y'],
  [{}, 'auth0-12'],
])('makes a username of %j: %s', (claims, expected) => {
  expect(profileOfClaims({ sub: 'auth0|12', ...claims }, OPTIONS).username).toBe(expected);
});

it('makes fit usernames and names of anything', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (sub, called, name) => {
      const profile = profileOfClaims({ sub, preferred_username: called, name }, OPTIONS);
      expect(profile.username).toMatch(/^[a-z0-9]([a-z0-9._-]{0,48}[a-z0-9])?$/);
      expect(profile.name).not.toMatch(/\p{Cc}/u);
      expect(profile.name.length).toBeGreaterThan(0);
    }),
  );
});

it('keeps of claims those that teams are told by', () => {
  const claims = { groups: ['a'], name: 'Ada', nonce: 'n', realm_access: { roles: ['b'] } };
  expect(teamClaims(claims, null)).toEqual({ groups: ['a'], realm_access: { roles: ['b'] } });
  expect(teamClaims(claims, ['groups'])).toEqual({ groups: ['a'] });
  expect(teamClaims(claims, ['realm_access.roles', 'name'])).toEqual({
    realm_access: { roles: ['b'] },
    name: 'Ada',
  });
});

it('asks for all of the claims that are required', () => {
  const claims = { repository_owner: 'acme', ref: 'refs/heads/main' };
  expect(hasClaims(claims, {})).toBe(true);
  expect(hasClaims(claims, { repository_owner: 'acme', ref: 'refs/heads/*' })).toBe(true);
  expect(hasClaims(claims, { repository_owner: 'acme', ref: 'refs/tags/*' })).toBe(false);
  expect(hasClaims(claims, { environment: '*' })).toBe(false);
});
