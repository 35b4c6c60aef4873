import { Hono } from 'hono';
import { z } from 'zod';
import type { Delivery } from '../entities.ts';
import { deliveryItem, deliveryShape, succeeded } from '../shapes/delivery.ts';
import type { World } from '../world.ts';
import { idParameter, requireApp } from './access.ts';
import type { RestContext, RestEnvironment } from './environment.ts';
import { GithubError, notFound } from './errors.ts';
import { pageSize, setLinks } from './pagination.ts';
import { parseJson } from './routes-app.ts';

/** Deliveries are kept for three days. */
const KEPT = 3 * 86_400_000;

const hookConfig = z.object({
  url: z.url().optional(),
  secret: z.string().optional(),
  content_type: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
});

/** The App's webhook and its deliveries. */
export function deliveryRoutes(world: World): Hono<RestEnvironment> {
  const { store, settings, webhooks } = world;
  const routes = new Hono<RestEnvironment>();
  const finished = (): Delivery[] =>
    [...store.deliveries.values()].filter(
      ({ deliveredAt }) => deliveredAt !== null && deliveredAt > Date.now() - KEPT,
    );
  const byId = (context: RestContext): Delivery => {
    const delivery = store.deliveries.get(idParameter(context, 'delivery'));
    if (!delivery || delivery.deliveredAt === null) throw notFound();
    return delivery;
  };
  const config = () => ({
    url: settings.webhook_url ?? undefined,
    content_type: 'json',
    insecure_ssl: '0',
    ...(settings.webhook_secret === null ? {} : { secret: '********' }),
  });

  routes.get('/app/hook/config', (context) => {
    requireApp(context);
    return context.json(config());
  });

  routes.patch('/app/hook/config', async (context) => {
    requireApp(context);
    const asked = hookConfig.safeParse(parseJson(await context.req.text()));
    if (!asked.success) throw new GithubError(422, 'Validation Failed');
    if (asked.data.url !== undefined) settings.webhook_url = asked.data.url;
    if (asked.data.secret !== undefined) settings.webhook_secret = asked.data.secret;
    return context.json(config());
  });

  routes.get('/app/hook/deliveries', (context) => {
    requireApp(context);
    const size = pageSize(context);
    const cursor = context.req.query('cursor');
    const before = cursor === undefined ? Infinity : readCursor(cursor);
    const status = context.req.query('status');
    const chosen = finished()
      .filter(({ id }) => id < before)
      .filter((delivery) => !status || succeeded(delivery) === (status === 'success'))
      .sort((one, other) => other.id - one.id);
    const page = chosen.slice(0, size);
    const last = page.at(-1);
    if (last && chosen.length > size) setLinks(context, [['next', { cursor: `v1_${last.id}` }]]);
    return context.json(page.map(deliveryItem));
  });

  routes.get('/app/hook/deliveries/:delivery', async (context) => {
    requireApp(context);
    const delivery = byId(context);
    const body = webhooks.body(delivery);
    const headers = await webhooks.headers(delivery, body);
    return context.json(
      deliveryShape(delivery, {
        url: settings.webhook_url ?? '',
        headers,
        payload: JSON.parse(body) as unknown,
      }),
    );
  });

  routes.post('/app/hook/deliveries/:delivery/attempts', (context) => {
    requireApp(context);
    webhooks.redeliver(byId(context));
    return context.json({}, 202);
  });

  return routes;
}

function readCursor(cursor: string): number {
  const id = /^v1_(\d{1,15})$/.exec(cursor)?.[1];
  if (id === undefined) throw new GithubError(400, 'Invalid cursor');
  return Number(id);
}
