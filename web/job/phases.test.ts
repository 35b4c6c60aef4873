import { describe, expect, it } from 'vitest';
import { phasesOf } from './phases.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const step = (name: string, second: number) => ({
  step: name,
  at: at(second),
  milliseconds_since_previous: null,
});

describe('phasesOf', () => {
  it('names each stretch by what went on in it', () => {
    const timeline = [
      step('queued', 0),
      step('received', 1),
      step('admitted', 1),
      step('claimed', 9),
    ];
    expect(phasesOf({ timeline, status: 'completed' }, 0)).toEqual([
      { name: 'Webhook on its way', start: 0, duration: 1000, coarse: true, endedAt: at(1) },
      { name: 'Choosing a pool', start: 1000, duration: 0, coarse: false, endedAt: at(1) },
      { name: 'Waiting for a host', start: 1000, duration: 8000, coarse: false, endedAt: at(9) },
    ]);
  });

  it('adds the one that goes on, up to now', () => {
    const timeline = [step('queued', 0), step('received', 1)];
    expect(phasesOf({ timeline, status: 'queued' }, Date.parse(at(5))).at(-1)).toEqual({
      name: 'Choosing a pool',
      start: 1000,
      duration: 4000,
      coarse: true,
      endedAt: null,
    });
  });

  it('has no negative stretch where clocks differ', () => {
    const timeline = [step('queued', 2), step('received', 1), step('admitted', 3)];
    expect(phasesOf({ timeline, status: 'failed' }, 0).map((phase) => phase.duration)).toEqual([
      0, 1000,
    ]);
  });

  it('shows a step that it does not know', () => {
    const timeline = [step('queued', 0), step('scanned_image', 1)];
    expect(phasesOf({ timeline, status: 'lost' }, 0)[0]?.name).toBe('scanned image');
  });

  it('is empty without a timeline', () => {
    expect(phasesOf({ timeline: [], status: 'queued' }, 0)).toEqual([]);
  });
});
