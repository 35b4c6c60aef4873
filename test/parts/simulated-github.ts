/** A job as the simulator's control API tells of it. */
export interface SimulatedJob {
  id: number;
  run_id: number;
  repository: string;
  repository_id: number;
  name: string;
  status: 'waiting' | 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  runner_name: string | null;
  queued_at: string;
  started_at: string | null;
  completed_at: string | null;
}

export interface SimulatedRun {
  id: number;
  jobs: SimulatedJob[];
}

export interface SimulatedJobRequest {
  name?: string;
  labels?: string[];
  steps?: { name?: string; run: string }[];
}

/** Which call a fault is for: the one that registers a runner. */
export const MINT = { method: 'POST', route: '/repos/*/*/actions/runners/generate-jitconfig' };

/** The simulator's control API, see simulator/README.md: what a GitHub user or GitHub itself does. */
export class SimulatedGithub {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  /** Queues one run; answers its jobs. */
  async queue(
    repository: string,
    jobs: SimulatedJobRequest[],
    more: { count?: number; branch?: string; event?: string } = {},
  ): Promise<SimulatedJob[]> {
    const { runs } = await this.call<{ runs: SimulatedRun[] }>('POST', '/runs', {
      repository,
      jobs,
      ...more,
    });
    return runs.flatMap((run) => run.jobs);
  }

  /** Queues one job that runs a script. */
  async queueScript(repository: string, script: string): Promise<SimulatedJob> {
    const [job] = await this.queue(repository, [{ name: 'job', steps: [{ run: script }] }]);
    if (!job) throw new Error('The simulator queued no job');
    return job;
  }

  /** Waits for GitHub's side of a job. */
  waitFor(job: SimulatedJob, status: SimulatedJob['status'], seconds = 60): Promise<SimulatedJob> {
    return this.call('GET', `/jobs/${job.id}/wait?status=${status}&timeout=${seconds}`);
  }

  /** Waits until all jobs of a choice (default: every one) are over; answers how many they are. */
  async waitForAll(seconds: number, choice = ''): Promise<number> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      // in pieces, because fetch gives up an answer that is late by minutes
      const answer = await fetch(`${this.#url}/jobs/wait?status=completed&timeout=60${choice}`);
      if (answer.ok) return ((await answer.json()) as { count: number }).count;
      if (answer.status !== 408 || Date.now() > deadline) {
        throw new Error(`Not all jobs were over after ${seconds} s: ${await answer.text()}`);
      }
    }
  }

  async jobs(query = ''): Promise<SimulatedJob[]> {
    return (await this.call<{ jobs: SimulatedJob[] }>('GET', `/jobs${query}`)).jobs;
  }

  async runners(): Promise<{ id: number; name: string; status: string; busy: boolean }[]> {
    return (
      await this.call<{ runners: { id: number; name: string; status: string; busy: boolean }[] }>(
        'GET',
        '/runners',
      )
    ).runners;
  }

  async jobLog(job: SimulatedJob): Promise<string> {
    return (await fetch(`${this.#url}/jobs/${job.id}/logs`)).text();
  }

  fault(fault: Record<string, unknown>): Promise<{ id: number }> {
    return this.call('POST', '/faults', fault);
  }

  async clearFaults(): Promise<void> {
    await this.call('DELETE', '/faults');
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status} to ${path}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
