import { describe, expect, it } from 'vitest';
import type { Host } from '../../api/schemas/host.ts';
import type { Job } from '../../api/schemas/job.ts';
import type { Overview } from '../../api/schemas/overview.ts';
import { exampleJob } from '../jobs/example-job.ts';
import { applyToOverview, needsReload } from './apply-to-overview.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const told = (changes: Partial<Job>) => ({ kind: 'job', value: exampleJob(changes) }) as const;
const host = (id: string, running = 0) => ({ id, running }) as Host;
const overview: Overview = {
  jobs: {
    queued: 3,
    claimed: 0,
    starting: 0,
    waiting: 0,
    running: 1,
    completed: 5,
    failed: 0,
    cancelled: 0,
    lost: 0,
    ignored: 0,
  },
  running: [
    exampleJob({ id: '1-2', status: 'running', received_at: at(2) }),
    exampleJob({ id: '1-9', received_at: at(9) }),
  ],
  recent: [exampleJob({ id: '1-9', received_at: at(9) })],
  hosts: [host('a'), host('b')],
  queue_time: [],
};

describe('applyToOverview', () => {
  it('counts and lists a job that begins to run', () => {
    const event = told({ id: '1-9', status: 'running', received_at: at(9), updated_at: at(12) });
    const after = applyToOverview(overview, event);
    expect(after.jobs).toMatchObject({ queued: 2, running: 2 });
    expect(after.running.map(({ id }) => id)).toEqual(['1-2', '1-9']);
    expect(after.recent).toEqual([event.value]);
  });

  it('drops a job that is over from those under way', () => {
    const event = told({ id: '1-2', status: 'completed', received_at: at(2), updated_at: at(12) });
    const after = applyToOverview(overview, event);
    expect(after.running.map(({ id }) => id)).toEqual(['1-9']);
    expect(after.jobs).toMatchObject({ running: 0, completed: 6 });
  });

  it('can’t count a job that it has not seen, but lists it', () => {
    const event = told({ id: '1-10', received_at: at(10) });
    expect(needsReload(overview, event)).toBe(true);
    const after = applyToOverview(overview, event);
    expect(after.jobs).toEqual(overview.jobs);
    expect(after.recent.map(({ id }) => id)).toEqual(['1-10', '1-9']);
    expect(needsReload(after, event)).toBe(false);
  });

  it('is loaded again when a job leaves a list that was cut off', () => {
    const running = Array.from({ length: 50 }, (_, index) =>
      exampleJob({ id: `2-${index}`, received_at: at(index) }),
    );
    const over = told({ id: '2-7', status: 'completed', updated_at: at(59) });
    expect(needsReload({ ...overview, running }, over)).toBe(true);
    expect(needsReload({ ...overview, running: running.slice(1) }, over)).toBe(false);
    const later = applyToOverview(
      { ...overview, running },
      told({ id: '3-1', received_at: at(59) }),
    );
    expect(later.running).toEqual(running);
  });

  it('ignores what is older than what it shows', () => {
    expect(applyToOverview(overview, told({ id: '1-9', updated_at: at(1) }))).toBe(overview);
  });

  it('renews a host, and takes in a new one in order', () => {
    const renewed = applyToOverview(overview, { kind: 'host', value: host('b', 2) });
    expect(renewed.hosts).toEqual([host('a'), host('b', 2)]);
    const more = applyToOverview(overview, { kind: 'host', value: host('aa') });
    expect(more.hosts.map(({ id }) => id)).toEqual(['a', 'aa', 'b']);
  });
});
