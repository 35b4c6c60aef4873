import { OpenAPIHono } from '@hono/zod-openapi';
import { told } from '../audit/actor.ts';
import { getDelivery, listDeliveries, replayDelivery } from '../deliveries/inbox.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ApiEnvironment } from '../environment.ts';
import {
  deliveryDetailSchema,
  deliveryPageSchema,
  deliveryParametersSchema,
  deliveryQuerySchema,
  replaySchema,
} from '../schemas/delivery.ts';
import { declareRoute } from './declare-route.ts';

const list = declareRoute('deliveries:read', [], {
  method: 'get',
  path: '/api/webhooks/deliveries',
  tags: ['Webhooks'],
  summary: 'List webhook deliveries, the latest first',
  request: { query: deliveryQuerySchema },
  responses: {
    200: {
      description: 'Deliveries',
      content: { 'application/json': { schema: deliveryPageSchema } },
    },
  },
});

const get = declareRoute('deliveries:read', [404], {
  method: 'get',
  path: '/api/webhooks/deliveries/{id}',
  tags: ['Webhooks'],
  summary: 'A webhook delivery with its payload',
  request: { params: deliveryParametersSchema },
  responses: {
    200: {
      description: 'The delivery',
      content: { 'application/json': { schema: deliveryDetailSchema } },
    },
  },
});

const replay = declareRoute('deliveries:write', [404, 409], {
  method: 'post',
  path: '/api/webhooks/deliveries/{id}/replay',
  tags: ['Webhooks'],
  summary: 'Handle a stored delivery again',
  request: { params: deliveryParametersSchema },
  responses: {
    202: {
      description: 'It was handled again',
      content: { 'application/json': { schema: replaySchema } },
    },
  },
});

/** The inbox of webhooks: list, look at, replay. */
export function createDeliveryRoutes(dependencies: Dependencies) {
  const { database } = dependencies;
  return new OpenAPIHono<ApiEnvironment>()
    .openapi(list, async (context) =>
      context.json(await listDeliveries(database, context.req.valid('query')), 200),
    )
    .openapi(get, async (context) =>
      context.json(await getDelivery(database, context.req.valid('param').id), 200),
    )
    .openapi(replay, async (context) => {
      const { id } = context.req.valid('param');
      const replayed = told(context, {
        type: 'delivery.replayed',
        action: 'replay',
        resource: { type: 'delivery', id },
      });
      return context.json(await replayDelivery(dependencies, id, replayed), 202);
    });
}
