import type { KeyObject } from 'node:crypto';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import type { RestEnvironment } from './environment.ts';
import { answerError, GithubError, notFound } from './errors.ts';
import { injectFaults } from './inject-faults.ts';
import { RateLimits } from './rate-limit.ts';
import { appRoutes } from './routes-app.ts';
import { deliveryRoutes } from './routes-deliveries.ts';
import { runnerRoutes } from './routes-runners.ts';
import { runRoutes } from './routes-runs.ts';
import { recordRequests, standardHeaders } from './standard-headers.ts';

/** GitHub's REST API. */
export function createRestApp(world: World, publicKey: KeyObject | null): Hono<RestEnvironment> {
  const app = new Hono<RestEnvironment>();
  app.use(recordRequests(world), standardHeaders(), injectFaults(world));
  app.use(authenticate(world, publicKey), new RateLimits(world).middleware(), etag({ weak: true }));
  app.route('/', appRoutes(world));
  app.route('/', deliveryRoutes(world));
  app.route('/', runnerRoutes(world));
  app.route('/', runRoutes(world));
  app.notFound((context) => answerError(context, notFound()));
  app.onError((error, context) => {
    if (error instanceof GithubError) return answerError(context, error);
    console.error(error);
    return answerError(context, new GithubError(500, 'Server Error'));
  });
  return app;
}
