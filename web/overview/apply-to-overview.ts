import type { Host } from '../../api/schemas/host.ts';
import type { Job } from '../../api/schemas/job.ts';
import type { Overview } from '../../api/schemas/overview.ts';
import { STATUSES } from '../status/statuses.ts';
import type { LiveEvent } from '../live/feed.ts';

/** As many of each as the API sends. */
const MOST_UNDER_WAY = 50;
const RECENT = 20;

/** The overview after one live event. */
export function applyToOverview(overview: Overview, event: LiveEvent): Overview {
  return event.kind === 'host' ? withHost(overview, event.value) : withJob(overview, event.value);
}

/**
 * Whether the overview can't follow an event by itself and has to be loaded again: it doesn't know
 * which status a job had that isn't on it, nor which one comes next in a list that was cut off.
 */
export function needsReload(overview: Overview, event: LiveEvent): boolean {
  if (event.kind === 'host') return false;
  if (find(overview, event.value.id) === undefined) return true;
  return STATUSES[event.value.status].ended && overview.running.length >= MOST_UNDER_WAY;
}

function find(overview: Overview, id: string): Job | undefined {
  return (
    overview.running.find((job) => job.id === id) ?? overview.recent.find((job) => job.id === id)
  );
}

function withHost(overview: Overview, host: Host): Overview {
  const known = overview.hosts.some((other) => other.id === host.id);
  const hosts = known
    ? overview.hosts.map((other) => (other.id === host.id ? host : other))
    : [...overview.hosts, host].toSorted((a, b) => a.id.localeCompare(b.id));
  return { ...overview, hosts };
}

function withJob(overview: Overview, job: Job): Overview {
  const before = find(overview, job.id);
  if (before && job.updated_at < before.updated_at) return overview;
  const running = overview.running.filter((other) => other.id !== job.id);
  if (!STATUSES[job.status].ended) running.push(job);
  return {
    ...overview,
    jobs: before ? recount(overview.jobs, before.status, job.status) : overview.jobs,
    running: running.toSorted((a, b) => newestFirst(b, a)).slice(0, MOST_UNDER_WAY),
    recent: [job, ...overview.recent.filter((other) => other.id !== job.id)]
      .toSorted(newestFirst)
      .slice(0, RECENT),
  };
}

function recount(counts: Overview['jobs'], from: Job['status'], to: Job['status']) {
  if (from === to) return counts;
  return { ...counts, [from]: Math.max(0, (counts[from] ?? 0) - 1), [to]: (counts[to] ?? 0) + 1 };
}

function newestFirst(a: Job, b: Job): number {
  return Date.parse(b.received_at) - Date.parse(a.received_at);
}
