import { expect, it } from 'vitest';
import { describeSubject } from './subject.ts';

it.each([
  ['default', 'Everyone without a policy of their own'],
  ['team:web', 'Team web'],
  ['user:ada', 'User ada'],
  ['oidc:https://id.example#repo:acme/web', 'repo:acme/web of https://id.example'],
  ['something', 'something'],
])('%s is %s', (subject, described) => {
  expect(describeSubject(subject)).toBe(described);
});
