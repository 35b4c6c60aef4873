import { Hono } from 'hono';
import { z } from 'zod';
import { faultSchema } from '../faults.ts';
import { changeSettings, visibleSettings } from '../settings.ts';
import type { World } from '../world.ts';
import { ControlError, found, readBody } from './errors.ts';
import { controlDelivery } from './shapes.ts';

const anyWebhook = z.strictObject({
  event: z.string().min(1),
  payload: z.record(z.string(), z.unknown()),
  guid: z.string().min(1).optional(),
  repository: z.string().optional(),
});
const timeout = z.coerce.number().min(0).max(3600).default(30);

/** Webhooks, the record of requests, faults and settings. */
export function controlOperations(world: World): Hono {
  const { store, faults, requests, settings, webhooks } = world;
  const routes = new Hono();

  routes.get('/deliveries', (context) => {
    const { event, action, job_id: jobId } = context.req.query();
    const deliveries = [...store.deliveries.values()]
      .filter((delivery) => !event || delivery.event === event)
      .filter((delivery) => !action || delivery.action === action)
      .filter((delivery) => !jobId || delivery.job?.id === Number(jobId));
    return context.json({ deliveries: deliveries.map((each) => controlDelivery(world, each)) });
  });

  routes.get('/deliveries/idle', async (context) => {
    const longest = timeout.parse(context.req.query('timeout')) * 1000;
    const idle = () => webhooks.pending === 0;
    if (await world.changes.until(idle, longest, context.req.raw.signal)) {
      return context.json({ pending: 0 });
    }
    throw new ControlError(408, `${webhooks.pending} webhooks are under way`);
  });

  routes.post('/webhooks', async (context) => {
    const asked = anyWebhook.parse(await readBody(context));
    const repository =
      asked.repository === undefined
        ? null
        : found(store.repositoryByName(asked.repository), 'repository');
    const account = repository && store.accounts.get(repository.accountId);
    const { action } = asked.payload;
    const delivery = webhooks.send(
      {
        event: asked.event,
        action: typeof action === 'string' ? action : null,
        repositoryId: repository?.id ?? null,
        installationId: account?.installationId ?? null,
        job: null,
        payload: asked.payload,
      },
      asked.guid,
    );
    return context.json(delivery && controlDelivery(world, delivery), 201);
  });

  routes.get('/requests', (context) => {
    const { method, route, since } = context.req.query();
    const chosen = requests
      .list()
      .filter((request) => !method || request.method === method.toUpperCase())
      .filter((request) => !route || request.route === route)
      .filter((request) => !since || request.id > Number(since));
    return context.json({ requests: chosen });
  });
  routes.delete('/requests', (context) => {
    requests.clear();
    return context.body(null, 204);
  });

  routes.post('/faults', async (context) => {
    const fault = faultSchema.parse(await readBody(context));
    return context.json(faults.add(fault), 201);
  });
  routes.get('/faults', (context) => context.json({ faults: faults.list() }));
  routes.delete('/faults', (context) => {
    faults.remove();
    return context.body(null, 204);
  });
  routes.delete('/faults/:id', (context) => {
    if (!faults.remove(Number(context.req.param('id')))) {
      throw new ControlError(404, 'There is no such fault');
    }
    return context.body(null, 204);
  });

  routes.get('/settings', (context) => context.json(visibleSettings(settings)));
  routes.patch('/settings', async (context) => {
    changeSettings(store, settings, await readBody(context));
    return context.json(visibleSettings(settings));
  });

  routes.get('/state', (context) => {
    const jobs: Record<string, number> = { waiting: 0, queued: 0, in_progress: 0, completed: 0 };
    for (const job of store.jobs.values()) jobs[job.status] = (jobs[job.status] ?? 0) + 1;
    return context.json({
      organizations: store.accounts.size,
      repositories: store.repositories.size,
      runs: store.runs.size,
      jobs,
      runners: store.runners.size,
      deliveries: store.deliveries.size,
    });
  });

  return routes;
}
