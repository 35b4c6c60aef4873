import { OpenAPIHono } from '@hono/zod-openapi';
import type { Dependencies } from './dependencies.ts';
import type { ApiEnvironment } from './environment.ts';
import { createDeliveryRoutes } from './routes/deliveries.ts';
import { createEventRoutes } from './routes/events.ts';
import { createHealthRoutes } from './routes/health.ts';
import { createHostRoutes } from './routes/hosts.ts';
import { createJobRoutes } from './routes/jobs.ts';
import { createOverviewRoutes } from './routes/overview.ts';
import { createSessionRoutes } from './routes/session.ts';

/** The whole API. Its type is what clients (`hc<App>()`) are typed by. */
export function createApp(dependencies: Dependencies) {
  return new OpenAPIHono<ApiEnvironment>()
    .route('/', createHealthRoutes(dependencies))
    .route('/', createSessionRoutes(dependencies))
    .route('/', createOverviewRoutes(dependencies))
    .route('/', createEventRoutes(dependencies))
    .route('/', createJobRoutes(dependencies))
    .route('/', createDeliveryRoutes(dependencies))
    .route('/', createHostRoutes(dependencies));
}

export type App = ReturnType<typeof createApp>;
