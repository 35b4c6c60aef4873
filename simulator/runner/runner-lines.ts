import type { Conclusion, Job, Runner } from '../entities.ts';
import { assignRunner } from '../lifecycle/assign.ts';
import { completeJob } from '../lifecycle/complete-job.ts';
import { progressStep, startJob } from '../lifecycle/start-job.ts';
import type { RunnerLink, World } from '../world.ts';
import { asOneLine, jobScript } from './job-script.ts';

const CONCLUSIONS: Record<string, Conclusion> = {
  Succeeded: 'success',
  Failed: 'failure',
  Canceled: 'cancelled',
  Skipped: 'skipped',
};

/** Acts on one line that a runner said. */
export function heard(world: World, runner: Runner, link: RunnerLink, line: string): void {
  const [word = '', id = '', ...rest] = line.trimEnd().split(' ');
  // It speaks again: it may get jobs again.
  if (link.stalled && word !== 'accept') {
    link.stalled = false;
    assignRunner(world, runner);
  }
  const job = id === '' ? undefined : world.store.jobs.get(Number(id));
  switch (word) {
    case 'accept':
      return accept(world, runner, link, Number(id), job);
    case 'step':
      if (job?.runnerId === runner.id) {
        progressStep(world, job, Number(rest[0]), CONCLUSIONS[rest[1] ?? ''] ?? null);
      }
      // Without an answer the runner's next line would wait 40 ms for TCP's delayed acknowledgement.
      return link.send('ok');
    case 'result':
      return finish(world, runner, link, job, rest[0] ?? '');
  }
}

function accept(
  world: World,
  runner: Runner,
  link: RunnerLink,
  id: number,
  job: Job | undefined,
): void {
  const run = job && world.store.runs.get(job.runId);
  const repository = job && world.store.repositories.get(job.repositoryId);
  const mine =
    job?.assignedRunnerId === runner.id ||
    (job?.status === 'in_progress' && job.runnerId === runner.id);
  if (!job || !run || !repository || !mine) {
    link.send(`revoked ${id}`);
    link.stalled = false;
    return assignRunner(world, runner);
  }
  if (job.status === 'queued') startJob(world, job, runner);
  world.store.flush();
  link.send(`run ${id} ${asOneLine(jobScript(job, run, repository, world.addresses.api))}`);
}

function finish(
  world: World,
  runner: Runner,
  link: RunnerLink,
  job: Job | undefined,
  result: string,
): void {
  if (job?.runnerId === runner.id && job.status === 'in_progress') {
    return completeJob(world, job, CONCLUSIONS[result] ?? 'failure');
  }
  // GitHub gave the job up meanwhile, or heard of its end before the connection broke.
  link.send('goodbye');
  link.close();
}
