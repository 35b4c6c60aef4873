import { expect, it } from 'vitest';
import { hostCapacity } from './host-capacity.ts';

const GIBIBYTE = 2 ** 30;
const runner = { cpus: 1, memoryMebibytes: 2048 };

it('is bound by cores or by memory, whichever is less, and never nothing', () => {
  expect(hostCapacity({ cores: 2, memoryBytes: 24 * GIBIBYTE }, runner)).toBe(4);
  expect(hostCapacity({ cores: 16, memoryBytes: 8 * GIBIBYTE }, runner)).toBe(3);
  expect(hostCapacity({ cores: 1, memoryBytes: GIBIBYTE }, runner)).toBe(1);
  expect(hostCapacity({ cores: 4, memoryBytes: 64 * GIBIBYTE }, { ...runner, cpus: 0.5 })).toBe(16);
});
