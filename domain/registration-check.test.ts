import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeExcess, excessOf, isLeftOver, type SeenRunner } from './registration-check.ts';

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).map((text) => `own-${text}`);
const system = fc.subarray(['self-hosted', 'Linux', 'X64', 'macOS', 'ARM64']);
const seen = (more: Partial<SeenRunner> = {}): SeenRunner => ({
  ...{ id: 1, online: false, busy: false, labels: [], ephemeral: true, runnerGroupId: 1 },
  ...more,
});
const granted = (labels: string[], ephemeral = true) => ({ labels, ephemeral, runnerGroupId: 1 });

describe('excessOf', () => {
  it('finds just those labels that were not granted, whatever their case', () => {
    fc.assert(
      fc.property(fc.array(label), fc.array(label), system, (allowed, extra, machine) => {
        const labels = [...machine, ...allowed.map((one) => one.toUpperCase()), ...extra];
        const expected = extra.filter((one) => !allowed.includes(one));
        expect(excessOf(seen({ labels }), granted(allowed))?.labels ?? []).toEqual(expected);
      }),
    );
  });

  it.each([
    ['serves more than one job', { ephemeral: false }, 'no --ephemeral'],
    ['is in another group', { runnerGroupId: 2 }, 'runner group'],
    ['has a label', { labels: ['production'] }, 'production'],
  ])('tells of a runner that %s', (_, more, told) => {
    const excess = excessOf(seen(more), granted(['gpu']));
    expect(excess && describeExcess(excess)).toContain(told);
  });

  it('holds nothing against a runner of which GitHub says less, or that may be persistent', () => {
    expect(excessOf(seen({ ephemeral: null, runnerGroupId: null }), granted([]))).toBeNull();
    expect(excessOf(seen({ ephemeral: false }), granted([], false))).toBeNull();
    expect(
      excessOf(seen({ runnerGroupId: 9 }), { ...granted([]), runnerGroupId: null }),
    ).toBeNull();
  });
});

describe('isLeftOver', () => {
  it('knows what was asked for', () => {
    const labels = ['self-hosted', 'gpu'];
    expect(isLeftOver(seen({ labels: ['self-hosted', 'GPU', 'Linux'] }), granted(labels))).toBe(
      true,
    );
    for (const other of [
      { labels: ['self-hosted'] },
      { labels: [...labels, 'more'] },
      { labels, online: true },
      { labels, busy: true },
      { labels, ephemeral: false },
    ]) {
      expect(isLeftOver(seen(other), granted(labels))).toBe(false);
    }
  });
});
