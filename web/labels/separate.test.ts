import { expect, it } from 'vitest';
import { separate } from './separate.ts';

it('takes texts apart at commas, without the space around them', () => {
  expect(separate(['gpu-*,docker, ', ' acme/web ', 'of two words'])).toEqual([
    'gpu-*',
    'docker',
    'acme/web',
    'of two words',
  ]);
});

it('keeps each once, in order', () => {
  expect(separate(['a', 'b,a', 'c'])).toEqual(['a', 'b', 'c']);
});
