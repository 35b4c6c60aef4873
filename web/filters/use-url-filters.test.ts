import { expect, it } from 'vitest';
import { filterQuery, readFilters } from './use-url-filters.ts';

it('reads the filters it knows, and leaves the rest out', () => {
  const parameters = new URLSearchParams('actor=user%3Aada&nonsense=1&type=');
  expect(readFilters(['actor', 'type', 'text'], parameters)).toEqual({
    actor: 'user:ada',
    type: '',
    text: '',
  });
});

it('asks only for what limits something', () => {
  expect(filterQuery({ actor: 'user:ada', type: '' })).toEqual({ actor: 'user:ada' });
});
