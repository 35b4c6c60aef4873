import { describe, expect, it } from 'vitest';
import { knownTargets, mayTarget, parseTarget } from './registration-target.ts';

it.each([
  ['acme', { owner: 'acme', repository: null }],
  ['Acme/web.site_2', { owner: 'Acme', repository: 'web.site_2' }],
  ['', null],
  ['-acme', null],
  ['acme/', null],
  ['acme/..', null],
  ['acme/web/more', null],
  ['acme/*', null],
  ['acme web', null],
  ['https://github.com', null],
])('%s is %j', (text, expected) => {
  expect(parseTarget(text)).toEqual(expected);
});

describe('mayTarget', () => {
  const team = { target: 'acme', repositories: ['octo/*', 'umbrella/lab'] };
  const shared = ['commons', 'open/*'];
  const grant = { isUnrestricted: false, team, shared };

  it.each([
    ['acme', true],
    ['ACME', true],
    ['acme/web', false],
    ['octo/web', true],
    ['octo', false],
    ['umbrella/Lab', true],
    ['umbrella', false],
    ['commons', true],
    ['commons/web', false],
    ['open/anything', true],
    ['open', false],
    ['other', false],
  ])('%s: %s', (target, expected) => {
    expect(mayTarget(grant, target)).toBe(expected);
    expect(mayTarget({ ...grant, isUnrestricted: true }, target)).toBe(true);
  });

  it('gives nobody an organization by a pattern of repositories', () => {
    const all = { target: null, repositories: ['*'] };
    expect(mayTarget({ isUnrestricted: false, team: all, shared: [] }, 'acme')).toBe(false);
    expect(mayTarget({ isUnrestricted: false, team: all, shared: [] }, 'acme/web')).toBe(true);
  });

  it('knows the targets that have no stars, the team’s own first', () => {
    expect(knownTargets({ team, shared })).toEqual(['acme', 'umbrella/lab', 'commons']);
    expect(knownTargets({ team: null, shared: [] })).toEqual([]);
  });
});
