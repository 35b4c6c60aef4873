import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchPool } from './pool-match.ts';

const small = { name: 'small', labels: ['self-hosted', 'linux', 'x64'] };
const large = { name: 'large', labels: ['self-hosted', 'linux', 'x64', 'gpu'] };

describe('matchPool', () => {
  it('takes the most specific pool', () => {
    expect(matchPool(['self-hosted', 'linux'], [large, small])).toBe(small);
    expect(matchPool(['GPU', 'linux'], [large, small])).toBe(large);
  });

  it('serves nobody who asks for a label that it lacks, or for none', () => {
    expect(matchPool(['ubuntu-latest'], [large, small])).toBeNull();
    expect(matchPool([], [large, small])).toBeNull();
  });

  it('only ever answers a pool with all the labels, whatever the order of pools', () => {
    const label = fc.constantFrom('a', 'b', 'c', 'd');
    const labels = fc.uniqueArray(label, { minLength: 1 });
    const pools = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), labels }), {
      selector: (pool) => pool.name,
    });
    fc.assert(
      fc.property(labels, pools, (wanted, offered) => {
        const found = matchPool(wanted, offered);
        expect(matchPool(wanted, offered.toReversed())).toEqual(found);
        const any = offered.some((pool) => wanted.every((one) => pool.labels.includes(one)));
        expect(found !== null).toBe(any);
        if (found) expect(wanted.every((one) => found.labels.includes(one))).toBe(true);
      }),
    );
  });
});
