import type { Job, Runner } from './entities.ts';

/** True when a runner has every label that a job asks for; case doesn't count. */
export function hasLabels(runnerLabels: readonly string[], jobLabels: readonly string[]): boolean {
  const own = new Set(runnerLabels.map((label) => label.toLowerCase()));
  return jobLabels.every((label) => own.has(label.toLowerCase()));
}

interface Line {
  repositoryId: number;
  labels: readonly string[];
  /** Ascending: ids grow with time. */
  jobIds: number[];
}

/** Jobs that wait for a runner, in one line per repository and set of labels. */
export class JobQueue {
  readonly #lines = new Map<string, Line>();

  add(job: Job): void {
    const key = lineKey(job);
    const line = this.#lines.get(key) ?? {
      repositoryId: job.repositoryId,
      labels: job.labels,
      jobIds: [],
    };
    this.#lines.set(key, line);
    const place = line.jobIds.findLastIndex((id) => id <= job.id);
    if (line.jobIds[place] !== job.id) line.jobIds.splice(place + 1, 0, job.id);
  }

  remove(job: Job): void {
    const key = lineKey(job);
    const line = this.#lines.get(key);
    const place = line?.jobIds.indexOf(job.id) ?? -1;
    if (line && place >= 0) line.jobIds.splice(place, 1);
    if (line?.jobIds.length === 0) this.#lines.delete(key);
  }

  /** The oldest job that this runner may get, of the repositories that it serves. */
  oldestFor(runner: Runner, serves: (repositoryId: number) => boolean): number | null {
    let oldest: number | null = null;
    for (const line of this.#lines.values()) {
      const first = line.jobIds[0];
      if (first === undefined || (oldest !== null && first > oldest)) continue;
      if (serves(line.repositoryId) && hasLabels(runner.labels, line.labels)) oldest = first;
    }
    return oldest;
  }
}

function lineKey(job: Job): string {
  const labels = job.labels.map((label) => label.toLowerCase()).sort();
  return JSON.stringify([job.repositoryId, ...labels]);
}
