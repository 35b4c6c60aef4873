import { Hono } from 'hono';
import type { Job, Run } from '../entities.ts';
import { cancelRun, runOutcome } from '../lifecycle/cancel-run.ts';
import { jobsOf, rerun } from '../lifecycle/queue-run.ts';
import { jobShape } from '../shapes/job.ts';
import { detailedRepository } from '../shapes/repository.ts';
import { workflowRun } from '../shapes/workflow-run.ts';
import type { World } from '../world.ts';
import { accessibleRepository, idParameter } from './access.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError, notFound } from './errors.ts';
import { paginate } from './pagination.ts';

/** A repository, its workflow runs and their jobs. */
export function runRoutes(world: World): Hono<RestEnvironment> {
  const { store, addresses } = world;
  const routes = new Hono<RestEnvironment>();
  const repositoryPath = '/repos/:owner/:repo' as const;
  const runPath = `${repositoryPath}/actions/runs/:run` as const;

  const find = (context: RestContext) => {
    const { repository, account } = accessibleRepository(world, context);
    const run = store.runs.get(idParameter(context, 'run'));
    if (run?.repositoryId !== repository.id) throw notFound();
    return { repository, account, run };
  };
  const findJob = (context: RestContext) => {
    const { repository } = accessibleRepository(world, context);
    const job = store.jobs.get(idParameter(context, 'job'));
    const run = job && store.runs.get(job.runId);
    if (!run || job.repositoryId !== repository.id) throw notFound();
    return { repository, run, job };
  };
  const jobsAnswer = (context: RestContext, jobs: Job[]) => {
    const { repository, run } = find(context);
    return context.json({
      total_count: jobs.length,
      jobs: paginate(context, jobs).map((job) => jobShape(addresses.api, job, run, repository)),
    });
  };

  routes.get(repositoryPath, (context) => {
    const { repository, account } = accessibleRepository(world, context);
    return context.json(detailedRepository(addresses.api, repository, account));
  });

  routes.get(`${repositoryPath}/actions/runs`, (context) => {
    const { repository, account } = accessibleRepository(world, context);
    const { status, branch, event, head_sha: headSha } = context.req.query();
    const runs = [...store.runs.values()]
      .filter((run) => run.repositoryId === repository.id)
      .filter((run) => !branch || run.branch === branch)
      .filter((run) => !event || run.event === event)
      .filter((run) => !headSha || run.headSha === headSha)
      .filter((run) => !status || Object.values(runOutcome(world, run)).includes(status as never))
      .reverse();
    return context.json({
      total_count: runs.length,
      workflow_runs: paginate(context, runs).map((run) =>
        workflowRun(world, run, repository, account),
      ),
    });
  });

  routes.get(runPath, (context) => {
    const { repository, account, run } = find(context);
    return context.json(workflowRun(world, run, repository, account));
  });

  for (const [action, force] of [
    ['cancel', false],
    ['force-cancel', true],
  ] as const) {
    routes.post(`${runPath}/${action}`, (context) => {
      const { run } = find(context);
      if (runOutcome(world, run).status === 'completed') {
        throw new GithubError(409, 'Cannot cancel a workflow run that is completed.');
      }
      cancelRun(world, run, force);
      return context.json({}, 202);
    });
  }

  routes.post(`${runPath}/rerun`, (context) => {
    const { run } = find(context);
    if (runOutcome(world, run).status !== 'completed') {
      throw new GithubError(403, 'This workflow is already running');
    }
    rerun(world, run);
    return context.json({}, 201);
  });

  routes.get(`${runPath}/jobs`, (context) => {
    const { run } = find(context);
    const all = context.req.query('filter') === 'all';
    return jobsAnswer(context, all ? everyJob(world, run) : jobsOf(world, run));
  });

  routes.get(`${runPath}/attempts/:attempt/jobs`, (context) => {
    const attempt = idParameter(context, 'attempt');
    const jobs = everyJob(world, find(context).run).filter((job) => job.attempt === attempt);
    if (jobs.length === 0) throw notFound();
    return jobsAnswer(context, jobs);
  });

  routes.get(`${repositoryPath}/actions/jobs/:job`, (context) => {
    const { repository, run, job } = findJob(context);
    return context.json(jobShape(addresses.api, job, run, repository));
  });

  routes.get(`${repositoryPath}/actions/jobs/:job/logs`, (context) => {
    const { job } = findJob(context);
    if (job.status !== 'completed') throw notFound();
    return context.redirect(`${addresses.api}/_logs/${job.id}`, 302);
  });

  return routes;
}

function everyJob(world: World, run: Run): Job[] {
  return [...world.store.jobs.values()].filter(({ runId }) => runId === run.id);
}
