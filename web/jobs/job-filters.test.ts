import { describe, expect, it } from 'vitest';
import { exampleJob } from './example-job.ts';
import {
  isFiltered,
  type JobFilters,
  matchesFilters,
  NO_FILTERS,
  readFilters,
  writeFilters,
} from './job-filters.ts';

const filters: JobFilters = {
  status: ['queued', 'running'],
  repository: 'acme/web',
  label: 'linux',
  pool: 'default',
  host: 'host-1',
  since: '24h',
};

describe('filters in an address', () => {
  it('come back as they were written', () => {
    expect(readFilters(writeFilters(filters))).toEqual(filters);
    expect(readFilters(writeFilters(NO_FILTERS))).toEqual(NO_FILTERS);
  });

  it('leave out what limits nothing', () => {
    expect(writeFilters(NO_FILTERS).toString()).toBe('');
    expect(isFiltered(NO_FILTERS)).toBe(false);
    expect(isFiltered({ ...NO_FILTERS, label: 'x' })).toBe(true);
  });

  it('are read as the API writes them too, without what is not understood', () => {
    const address = new URLSearchParams('status=queued,nonsense,lost&since=toString&page=2');
    expect(readFilters(address)).toEqual({ ...NO_FILTERS, status: ['queued', 'lost'] });
  });
});

describe('matchesFilters', () => {
  const now = Date.parse('2026-01-01T12:30:00Z');
  const job = exampleJob({ host_id: 'host-1' });

  it('holds for a job that every filter lets through', () => {
    expect(matchesFilters(job, filters, now)).toBe(true);
    expect(matchesFilters(job, NO_FILTERS, now)).toBe(true);
  });

  it.each([
    ['status', { status: 'lost' }],
    ['repository', { repository: 'acme/web2' }],
    ['label', { labels: ['windows'] }],
    ['pool', { pool: null }],
    ['host', { host_id: 'host-2' }],
    ['time', { received_at: '2025-12-31T12:00:00.000Z' }],
  ] as const)('fails by %s', (_name, changes) => {
    expect(
      matchesFilters(exampleJob({ host_id: 'host-1', ...changes } as object), filters, now),
    ).toBe(false);
  });
});
