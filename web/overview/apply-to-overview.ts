import type { Host } from '../../api/schemas/host.ts';
import type { Job } from '../../api/schemas/job.ts';
import type { Overview } from '../../api/schemas/overview.ts';
import { STATUSES } from '../status/statuses.ts';
import type { LiveEvent } from '../live/feed.ts';

/** As many as the API sends. */
const RECENT = 20;

/** The overview after one live event. */
export function applyToOverview(overview: Overview, event: LiveEvent): Overview {
  return event.kind === 'host' ? withHost(overview, event.value) : withJob(overview, event.value);
}

/**
 * Whether the counts can follow an event by themselves. They can't for a job that isn't on the
 * overview: which status it had before is not known.
 */
export function isCounted(overview: Overview, event: LiveEvent): boolean {
  return event.kind === 'host' || find(overview, event.value.id) !== undefined;
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
  if (isUnderWay(job)) running.push(job);
  return {
    ...overview,
    jobs: before ? recount(overview.jobs, before.status, job.status) : overview.jobs,
    running: running.toSorted((a, b) => newestFirst(b, a)),
    recent: [job, ...overview.recent.filter((other) => other.id !== job.id)]
      .toSorted(newestFirst)
      .slice(0, Math.max(RECENT, overview.recent.length)),
  };
}

/** Past the queue, and not over yet. */
function isUnderWay({ status }: Job): boolean {
  return status !== 'queued' && !STATUSES[status].ended;
}

function recount(counts: Overview['jobs'], from: Job['status'], to: Job['status']) {
  if (from === to) return counts;
  return { ...counts, [from]: Math.max(0, (counts[from] ?? 0) - 1), [to]: (counts[to] ?? 0) + 1 };
}

function newestFirst(a: Job, b: Job): number {
  return Date.parse(b.received_at) - Date.parse(a.received_at);
}
