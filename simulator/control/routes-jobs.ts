import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { servesRepository, withdraw } from '../lifecycle/assign.ts';
import { completeJob } from '../lifecycle/complete-job.ts';
import { startJob } from '../lifecycle/start-job.ts';
import type { Job, JobStatus } from '../entities.ts';
import type { World } from '../world.ts';
import { ControlError, found, readBody } from './errors.ts';
import { controlJob } from './shapes.ts';

const ORDER: readonly JobStatus[] = ['waiting', 'queued', 'in_progress', 'completed'];
const status = z.enum(['waiting', 'queued', 'in_progress', 'completed']);
const conclusion = z.enum(['success', 'failure', 'cancelled', 'skipped']).default('success');
const seconds = z.coerce.number().min(0).max(3600).default(30);
const wait = z.object({ status: status.default('completed'), timeout: seconds });
const waitAll = wait.extend({ count: z.coerce.number().int().min(0).optional() });
const start = z.strictObject({ runner_name: z.string().min(1) });
const complete = z.strictObject({ conclusion });
const serve = start.extend({ conclusion });

/** Jobs, waiting for them, and serving them without a container. */
export function controlJobs(world: World): Hono {
  const { store, changes } = world;
  const routes = new Hono();
  const byId = (context: Context): Job => {
    const job = found(store.jobs.get(Number(context.req.param('id'))), 'job');
    return job;
  };
  const chosen = (query: Record<string, string>): ((job: Job) => boolean) => {
    const runId = query.run_id ? Number(query.run_id) : null;
    const repositoryId = query.repository
      ? found(store.repositoryByName(query.repository), 'repository').id
      : null;
    return (job) =>
      (runId === null || job.runId === runId) &&
      (repositoryId === null || job.repositoryId === repositoryId);
  };

  routes.get('/jobs', (context) => {
    const query = context.req.query();
    const wanted = query.status === undefined ? null : status.parse(query.status);
    const isChosen = chosen(query);
    const jobs = [...store.jobs.values()].filter(
      (job) => isChosen(job) && (wanted === null || job.status === wanted),
    );
    return context.json({ jobs: jobs.map((job) => controlJob(world, job)) });
  });

  routes.get('/jobs/wait', async (context) => {
    const query = context.req.query();
    const asked = waitAll.parse(query);
    const isChosen = chosen(query);
    let count = 0;
    const holds = () => {
      let missing = 0;
      count = 0;
      for (const job of store.jobs.values()) {
        if (!isChosen(job)) continue;
        if (reached(job, asked.status)) count += 1;
        else missing += 1;
      }
      return asked.count === undefined ? missing === 0 : count >= asked.count;
    };
    if (await changes.until(holds, asked.timeout * 1000, context.req.raw.signal)) {
      return context.json({ count });
    }
    throw new ControlError(408, `${count} jobs are ${asked.status} by now`);
  });

  routes.get('/jobs/:id', (context) => context.json(controlJob(world, byId(context))));
  routes.get('/jobs/:id/logs', (context) => context.text(world.logs.read(byId(context).id)));

  routes.get('/jobs/:id/wait', async (context) => {
    const job = byId(context);
    const asked = wait.parse(context.req.query());
    const holds = () => reached(job, asked.status);
    if (await changes.until(holds, asked.timeout * 1000, context.req.raw.signal)) {
      return context.json(controlJob(world, job));
    }
    throw new ControlError(408, `The job is still ${job.status}`);
  });

  routes.post('/jobs/:id/start', async (context) => {
    const job = byId(context);
    startOn(world, job, start.parse(await readBody(context)).runner_name);
    return context.json(controlJob(world, job));
  });

  routes.post('/jobs/:id/complete', async (context) => {
    const job = byId(context);
    const asked = complete.parse(await readBody(context));
    if (job.status !== 'in_progress') throw new ControlError(409, `The job is ${job.status}`);
    completeJob(world, job, asked.conclusion);
    return context.json(controlJob(world, job));
  });

  routes.post('/jobs/:id/serve', async (context) => {
    const job = byId(context);
    const asked = serve.parse(await readBody(context));
    startOn(world, job, asked.runner_name);
    completeJob(world, job, asked.conclusion);
    return context.json(controlJob(world, job));
  });

  return routes;
}

function reached(job: Job, wanted: JobStatus): boolean {
  return ORDER.indexOf(job.status) >= ORDER.indexOf(wanted);
}

/** Gives a queued job to a runner of that name, a registered one where there is one. */
function startOn(world: World, job: Job, name: string): void {
  if (job.status !== 'queued') throw new ControlError(409, `The job is ${job.status}`);
  const registered = [...world.store.runners.values()].find(
    (runner) => runner.name === name && servesRepository(world, runner, job.repositoryId),
  );
  if (registered && registered.jobId !== null && registered.jobId !== job.id) {
    throw new ControlError(409, `Runner ${name} has another job`);
  }
  withdraw(world, job);
  if (registered) {
    world.store.runners.put(Object.assign(registered, { jobId: job.id, online: true }));
  }
  startJob(world, job, registered ?? { id: world.store.nextId('runner'), name });
}
