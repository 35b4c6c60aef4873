import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDLE_AFTER, Slots } from './slots.ts';

const LATER = 1_000;

interface Step {
  what: 'grant' | 'use' | 'claim' | 'return' | 'expire' | 'occupy' | 'vacate' | 'lapse';
  queue: 'a' | 'b' | 'c';
  runner: string;
  at: number;
}

/** One step of a history; what it does depends on what is out, so every sequence is possible in life. */
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('grant', 'use', 'claim', 'return', 'expire', 'occupy', 'vacate', 'lapse'),
  queue: fc.constantFrom('a', 'b', 'c'),
  runner: fc.integer({ min: 0, max: 12 }).map(String),
  at: fc.integer({ min: 0, max: LATER }),
});

/** Plays what workers and runners do, with permits that are out kept per queue. */
function play(capacity: number, queues: number, steps: Step[], check: (s: Slots) => void) {
  const slots = new Slots(capacity);
  const unused: string[] = [];
  const used: { queue: string; claimed: boolean }[] = [];
  for (const { what, queue: name, runner, at } of steps) {
    const queue = ['a', 'b', 'c'].slice(0, queues).includes(name) ? name : 'a';
    if (what === 'grant' && slots.grant(queue, at)) unused.push(queue);
    if (what === 'use' || what === 'expire') {
      const index = unused.indexOf(queue);
      if (index >= 0) {
        unused.splice(index, 1);
        if (what === 'use') {
          slots.use(queue);
          used.push({ queue, claimed: false });
        } else slots.giveBack(queue, false);
      }
    }
    if (what === 'claim') {
      const claim = used.find(({ claimed }) => !claimed);
      if (claim) {
        claim.claimed = true;
        slots.claim(runner, at);
      }
    }
    if (what === 'return') {
      const permit = used.pop();
      if (permit) slots.giveBack(permit.queue, true);
    }
    if (what === 'occupy') slots.occupy(runner);
    if (what === 'vacate') slots.vacate(runner);
    if (what === 'lapse') slots.lapse(at);
    check(slots);
  }
  // all permits back, all runners gone: the account is even
  for (const queue of unused) slots.giveBack(queue, false);
  for (const { queue } of used) slots.giveBack(queue, true);
  for (let runner = 0; runner <= 12; runner += 1) slots.vacate(String(runner));
  expect([slots.taken, slots.permits]).toEqual([0, 0]);
  if (capacity > 0) expect(slots.grant('a', 0)).toBe(true);
}

describe('slots', () => {
  it('never take more than the capacity, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 120 }),
        (capacity, queues, steps) =>
          play(capacity, queues, steps, (slots) => {
            expect(slots.taken).toBeLessThanOrEqual(capacity);
          }),
      ),
    );
  });

  it('count permits too, for one pool where every slot is claimed before it is used', () => {
    const claimedFirst = step.filter(({ what }) => what !== 'occupy');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(claimedFirst, { maxLength: 120 }),
        (capacity, steps) =>
          play(capacity, 1, steps, (slots) => {
            expect(slots.permits + slots.taken).toBeLessThanOrEqual(capacity);
          }),
      ),
    );
  });

  it('let a pool have every slot while another pool is idle', () => {
    const slots = new Slots(2);
    expect(slots.grant('idle', 0)).toBe(true);
    for (const runner of ['one', 'two']) {
      expect(slots.grant('busy', IDLE_AFTER)).toBe(true);
      slots.use('busy');
      expect(slots.claim(runner, LATER)).toBe('reserved');
      slots.giveBack('busy', true);
    }
    expect(slots.grant('busy', IDLE_AFTER)).toBe(false);
    slots.use('idle');
    expect(slots.claim('three', LATER)).toBe('full');
  });

  it('let one pool at a time ask for the last slot', () => {
    const slots = new Slots(1);
    expect(slots.grant('one', 0)).toBe(true);
    expect(slots.grant('other', IDLE_AFTER - 1)).toBe(false);
    expect(slots.grant('other', IDLE_AFTER)).toBe(true);
  });

  it('keep a repeated claim as one, and prolong it', () => {
    const slots = new Slots(1);
    slots.grant('a', 0);
    slots.use('a');
    slots.claim('runner', 10);
    expect(slots.claim('runner', 20)).toBe('held');
    expect(slots.lapse(15)).toEqual([]);
    expect(slots.reserved).toBe(1);
    expect(slots.nextLapse()).toBe(20);
  });

  it('make a reservation lapse only until a container uses it', () => {
    const slots = new Slots(2);
    slots.claim('used', 10);
    slots.claim('unused', 10);
    slots.occupy('used');
    expect(slots.lapse(10)).toEqual(['unused']);
    expect([slots.reserved, slots.running]).toEqual([0, 1]);
  });

  it('count adopted containers beyond the capacity, and grant nothing until they are fewer', () => {
    const slots = new Slots(1);
    slots.adopt('one');
    slots.adopt('two');
    expect(slots.running).toBe(2);
    slots.vacate('one');
    expect(slots.grant('a', 0)).toBe(false);
    slots.vacate('two');
    expect(slots.grant('a', 0)).toBe(true);
  });
});
