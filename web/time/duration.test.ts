import { describe, expect, it } from 'vitest';
import { between, formatCoarseDuration, formatDuration, formatWholeDuration } from './duration.ts';

describe('formatDuration', () => {
  it.each([
    [-400, '0 ms'],
    [0, '0 ms'],
    [840.4, '840 ms'],
    [4230, '4.2 s'],
    [9960, '10 s'],
    [38_000, '38 s'],
    [185_000, '3 min 5 s'],
    [59_700, '1 min'],
    [180_000, '3 min'],
    [7_800_000, '2 h 10 min'],
    [90_000_000, '1 d 1 h'],
  ])('says %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('formatWholeDuration', () => {
  it('counts whole seconds from the first on', () => {
    expect(formatWholeDuration(999)).toBe('0 s');
    expect(formatWholeDuration(4999)).toBe('4 s');
    expect(formatWholeDuration(61_500)).toBe('1 min 1 s');
  });
});

describe('formatCoarseDuration', () => {
  it('claims no more than whole seconds', () => {
    expect(formatCoarseDuration(0)).toBe('< 1 s');
    expect(formatCoarseDuration(999)).toBe('< 1 s');
    expect(formatCoarseDuration(2000)).toBe('2 s');
    expect(formatCoarseDuration(65_000)).toBe('1 min 5 s');
  });
});

describe('between', () => {
  it('is null while an end is not known', () => {
    expect(between('2026-01-01T00:00:00Z', null)).toBeNull();
    expect(between('2026-01-01T00:00:00Z', '2026-01-01T00:00:01.500Z')).toBe(1500);
  });
});
