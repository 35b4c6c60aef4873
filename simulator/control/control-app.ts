import { Hono } from 'hono';
import type { World } from '../world.ts';
import { answerControlError, ControlError } from './errors.ts';
import { controlJobs } from './routes-jobs.ts';
import { controlOperations } from './routes-operations.ts';
import { controlRunners } from './routes-runners.ts';
import { controlRuns } from './routes-runs.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/;

/** The control API: what a person at github.com, or an outage there, would do. */
export function createControlApp(world: World): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    // A web page that is open on this machine must not be able to call it.
    const { host = '', origin } = context.req.header();
    if (origin !== undefined || !LOOPBACK.test(host)) {
      throw new ControlError(403, 'The control API is not for browsers or other machines');
    }
    await next();
    // What is answered has been kept.
    world.store.flush();
  });
  app.route('/', controlRuns(world));
  app.route('/', controlJobs(world));
  app.route('/', controlRunners(world));
  app.route('/', controlOperations(world));
  app.notFound((context) => context.json({ message: 'There is no such call' }, 404));
  app.onError(answerControlError);
  return app;
}
