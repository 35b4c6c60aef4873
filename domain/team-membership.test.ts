import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  claimValues,
  type Membership,
  MEMBER_KINDS,
  type TeamIdentity,
  teamsOfIdentity,
} from './team-membership.ts';

const ISSUER = 'https://login.example';

const member = (fields: Partial<Membership>): Membership => ({
  team: 'builders',
  kind: 'claim',
  issuer: '',
  claim: '',
  value: '',
  ...fields,
});

const isIn = (identity: TeamIdentity, fields: Partial<Membership>) =>
  teamsOfIdentity(identity, [member(fields)]).length === 1;

it('knows users by name, whatever the case', () => {
  expect(isIn({ username: 'ada' }, { kind: 'user', value: 'Ada' })).toBe(true);
  expect(isIn({ username: 'adam' }, { kind: 'user', value: 'ada' })).toBe(false);
  expect(isIn({}, { kind: 'user', value: '' })).toBe(false);
});

it('knows subjects by the very text, and of the issuer that is named', () => {
  const identity = { issuer: ISSUER, subject: 'X1' };
  expect(isIn(identity, { kind: 'subject', value: 'X1' })).toBe(true);
  expect(isIn(identity, { kind: 'subject', value: 'x1' })).toBe(false);
  expect(isIn(identity, { kind: 'subject', value: 'X1', issuer: ISSUER })).toBe(true);
  expect(isIn(identity, { kind: 'subject', value: 'X1', issuer: 'https://other' })).toBe(false);
  expect(isIn({ subject: 'X1' }, { kind: 'subject', value: 'X1' })).toBe(false);
});

it.each([
  [{ groups: ['dev', 'ops'] }, 'groups', 'ops', true],
  [{ groups: 'ops' }, 'groups', 'ops', true],
  [{ groups: ['operations'] }, 'groups', 'ops', false],
  [{ repository: 'acme/api' }, 'repository', 'acme/*', true],
  [{ repository: 'acme-evil/api' }, 'repository', 'acme/*', false],
  [{ sub: 'repo:acme/api:ref:refs/heads/main' }, 'sub', 'repo:acme/*:ref:refs/heads/main', true],
  [{ realm_access: { roles: ['team-a'] } }, 'realm_access.roles', 'team-a', true],
  [{ 'https://acme.example/groups': ['a'] }, 'https://acme.example/groups', 'a', true],
  [{ runs: 3 }, 'runs', '3', true],
  [{ groups: { ops: true } }, 'groups', '*', false],
  [{}, 'groups', '*', false],
  [{}, 'toString', '*', false],
])('claims %j, member by %s = %s: %s', (claims, claim, value, expected) => {
  expect(isIn({ issuer: ISSUER, claims }, { claim, value })).toBe(expected);
});

it('asks for the issuer of a claim', () => {
  const claims = { groups: ['ops'] };
  expect(isIn({ issuer: ISSUER, claims }, { claim: 'groups', value: 'ops', issuer: ISSUER })).toBe(
    true,
  );
  expect(
    isIn({ issuer: 'https://b', claims }, { claim: 'groups', value: 'ops', issuer: ISSUER }),
  ).toBe(false);
  expect(isIn({ claims }, { claim: 'groups', value: 'ops' })).toBe(false);
});

it('puts somebody of whom nothing is known into no team', () => {
  const membership = fc.record({
    team: fc.string(),
    kind: fc.constantFrom(...MEMBER_KINDS),
    issuer: fc.string(),
    claim: fc.string(),
    value: fc.string(),
  });
  fc.assert(fc.property(fc.array(membership), (all) => teamsOfIdentity({}, all).length === 0));
});

it('gives each team once, and no more when members are taken away', () => {
  const membership = fc.record({
    team: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom(...MEMBER_KINDS),
    issuer: fc.constantFrom('', ISSUER),
    claim: fc.constantFrom('groups', 'sub'),
    value: fc.constantFrom('x', 'y', '*'),
  });
  const identity = fc.record({
    username: fc.constantFrom('x', 'y'),
    issuer: fc.constantFrom(ISSUER, 'https://other'),
    subject: fc.constantFrom('x', 'z'),
    email: fc.constantFrom('x', 'z', undefined),
    claims: fc.record({ groups: fc.array(fc.constantFrom('x', 'y')), sub: fc.constant('x') }),
  });
  fc.assert(
    fc.property(identity, fc.array(membership), (who, all) => {
      const teams = teamsOfIdentity(who, all);
      expect(new Set(teams).size).toBe(teams.length);
      expect(teams).toEqual(expect.arrayContaining(teamsOfIdentity(who, all.slice(1))));
    }),
  );
});

it('never fails over a claim of any shape', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (claims, name) => {
      expect(claimValues(claims, name).every((value) => typeof value === 'string')).toBe(true);
    }),
  );
});
