import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateSubnet, subnetCount } from './subnet-allocation.ts';

describe('allocateSubnet', () => {
  it('hands out every block of the range once, then none', () => {
    const taken: string[] = [];
    for (;;) {
      const subnet = allocateSubnet('10.100.0.0/16', 24, taken);
      if (subnet === null) break;
      taken.push(subnet);
    }
    expect(new Set(taken).size).toBe(256);
    expect(taken[0]).toBe('10.100.0.0/24');
    expect(taken.at(-1)).toBe('10.100.255.0/24');
    expect(subnetCount('10.100.0.0/16', 24)).toBe(256);
  });

  it('keeps clear of larger, smaller and sloppily written networks of others', () => {
    const others = [
      '10.100.0.0/23',
      '10.100.2.128/25',
      '10.100.3.1',
      '10.100.4.9/24',
      'fd00::/64',
      '',
    ];
    expect(allocateSubnet('10.100.0.0/16', 24, others)).toBe('10.100.5.0/24');
    expect(allocateSubnet('10.100.0.0/16', 24, ['10.0.0.0/8'])).toBeNull();
    expect(allocateSubnet('10.100.0.0/16', 24, ['0.0.0.0/0'])).toBeNull();
  });

  it('never overlaps what is taken, and finds a gap whenever there is one', () => {
    const octet = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(fc.array(fc.tuple(octet, fc.integer({ min: 20, max: 30 }))), (blocks) => {
        const taken = blocks.map(([third, bits]) => `10.1.${third}.0/${bits}`);
        const subnet = allocateSubnet('10.1.0.0/20', 24, taken);
        const free = Array.from({ length: 16 }, (_, third) => third).filter((third) =>
          blocks.every(([other, bits]) =>
            bits >= 24 ? other !== third : other >> (24 - bits) !== third >> (24 - bits),
          ),
        );
        expect(subnet).toBe(free.length === 0 ? null : `10.1.${free[0]}.0/24`);
      }),
    );
  });

  it('refuses a range that is none', () => {
    for (const range of ['10.100.0.0/33', '300.1.1.0/16', 'fd00::/48', '10.0.0.0/25', 'x']) {
      expect(() => allocateSubnet(range, 24, [])).toThrow(RangeError);
    }
  });
});
