import { describe, expect, it } from 'vitest';
import type { Job } from '../../api/schemas/job.ts';
import { applyToJobList } from './apply-to-job-list.ts';
import { exampleJob } from './example-job.ts';
import { NO_FILTERS } from './job-filters.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const job = (minute: number, changes: Partial<Job> = {}) =>
  exampleJob({ id: `1-${minute}`, received_at: at(minute), ...changes });
const listOf = (next: string | null, ...pages: Job[][]) => ({
  pages: pages.map((items, index) => ({
    items,
    next_cursor: index === pages.length - 1 ? next : 'more',
  })),
  pageParams: pages.map(() => null),
});
const idsOf = (list: ReturnType<typeof applyToJobList>) =>
  list.pages.map((page) => page.items.map(({ id }) => id));
const now = Date.parse(at(59));

describe('applyToJobList', () => {
  const list = listOf('more', [job(30), job(20)], [job(10)]);

  it('shows a new job first', () => {
    expect(idsOf(applyToJobList(list, NO_FILTERS, job(40), now))).toEqual([
      ['1-40', '1-30', '1-20'],
      ['1-10'],
    ]);
  });

  it('puts a job that newly matches where it belongs', () => {
    expect(idsOf(applyToJobList(list, NO_FILTERS, job(15), now))).toEqual([
      ['1-30', '1-20'],
      ['1-15', '1-10'],
    ]);
  });

  it('leaves a job to the pages that are still to come, unless there are none', () => {
    expect(applyToJobList(list, NO_FILTERS, job(5), now)).toBe(list);
    const whole = listOf(null, [job(30)]);
    expect(idsOf(applyToJobList(whole, NO_FILTERS, job(5), now))).toEqual([['1-30', '1-5']]);
  });

  it('begins a list that was empty', () => {
    expect(idsOf(applyToJobList(listOf(null, []), NO_FILTERS, job(5), now))).toEqual([['1-5']]);
  });

  it('shows a change where the job stands', () => {
    const changed = job(20, { status: 'running', updated_at: at(50) });
    const after = applyToJobList(list, NO_FILTERS, changed, now);
    expect(after.pages[0]?.items[1]).toBe(changed);
    expect(idsOf(after)).toEqual(idsOf(list));
  });

  it('ignores what is older than what it shows', () => {
    const shown = listOf(null, [job(20, { status: 'running', updated_at: at(50) })]);
    expect(applyToJobList(shown, NO_FILTERS, job(20, { updated_at: at(40) }), now)).toBe(shown);
  });

  it('leaves out a job that no longer matches, and never takes in one that doesn’t', () => {
    const filters = { ...NO_FILTERS, status: ['queued' as const] };
    const changed = job(20, { status: 'running', updated_at: at(50) });
    expect(idsOf(applyToJobList(list, filters, changed, now))).toEqual([['1-30'], ['1-10']]);
    expect(applyToJobList(list, filters, job(40, { status: 'running' }), now)).toBe(list);
  });
});
